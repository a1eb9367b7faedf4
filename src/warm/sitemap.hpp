#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::warm {

/// No URL that is warmed is longer (sitemaps.org: 2048 bytes).
inline constexpr std::size_t longest_url = 2048;

/// What a sitemap lists (sitemaps.org): pages, or as an index further sitemaps. URLs as they are written
/// there.
struct Sitemap {
  std::vector<std::string> pages;
  std::vector<std::string> sitemaps;
};

/// Reads a sitemap, up to `most` URLs: XML, or a text with one URL on each line; nothing if it is neither.
/// Entities other than XML's own are an error, and nothing outside is read.
std::optional<Sitemap> parse_sitemap(std::string_view content, std::size_t most);

}  // namespace larder::warm
