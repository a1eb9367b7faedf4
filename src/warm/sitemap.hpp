#pragma once

#include <cstddef>
#include <memory>
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
  std::string root;  ///< the outermost element of XML, without its prefix
};

/// Reads a sitemap piece by piece, up to `most` URLs: XML, or a text with one URL on each line. Entities
/// other than XML's own are an error, and nothing outside is read.
class SitemapParser {
 public:
  explicit SitemapParser(std::size_t most);
  ~SitemapParser();
  SitemapParser(const SitemapParser&) = delete;
  SitemapParser& operator=(const SitemapParser&) = delete;

  /// Whether more is of any use.
  bool take(std::string_view piece);

  /// What all of it lists; nothing if it is neither.
  std::optional<Sitemap> finish();

 private:
  enum class Form { unknown, xml, list, neither };
  struct Xml;

  void look_at_beginning(bool is_all);
  void begin(std::string_view content);
  void take_xml(std::string_view piece, bool is_last);
  void take_lines(std::string_view piece);
  void take_line(std::string_view line);
  bool is_full() const;

  const std::size_t most_;
  Form form_ = Form::unknown;
  std::string beginning_;  // until the form is known, behind the space in front
  std::size_t space_ = 0;
  std::string line_;       // the beginning of one
  Sitemap list_;
  std::unique_ptr<Xml> xml_;
};

}  // namespace larder::warm
