#pragma once

#include <larder/http/cache_control.hpp>

#include <array>
#include <string>
#include <string_view>
#include <vector>

// What Cache-Control and targeted fields share: the same directives in two syntaxes.
namespace larder::http {

constexpr Seconds largest_delta{std::int64_t{1} << 31};

/// A directive without an argument.
struct Flag {
  std::string_view name;
  bool CacheControl::*member;
  bool permits = false;  ///< lets more be cached, so it is not assumed of what is malformed
};
inline constexpr std::array flags{
    Flag{"no-store", &CacheControl::no_store},
    Flag{"no-transform", &CacheControl::no_transform},
    Flag{"public", &CacheControl::is_public, true},
    Flag{"must-revalidate", &CacheControl::must_revalidate},
    Flag{"must-understand", &CacheControl::must_understand, true},
    Flag{"proxy-revalidate", &CacheControl::proxy_revalidate},
    Flag{"immutable", &CacheControl::immutable, true},
    Flag{"only-if-cached", &CacheControl::only_if_cached},
};

/// A directive whose argument is a delta-seconds, and of which the smallest is the strictest.
struct Duration {
  std::string_view name;
  std::optional<Seconds> CacheControl::*member;
};
inline constexpr std::array durations{
    Duration{"max-age", &CacheControl::max_age},
    Duration{"s-maxage", &CacheControl::s_maxage},
    Duration{"stale-while-revalidate", &CacheControl::stale_while_revalidate},
    Duration{"stale-if-error", &CacheControl::stale_if_error},
};

/// Each is compared with every field of a response.
inline constexpr std::size_t most_named_fields = 64;

/// Reads the argument of no-cache="..." or private="..." (RFC 9111, sections 5.2.2.4 and 5.2.2.7). If it
/// holds no field name, an invalid one, or more than most_named_fields, the directive counts as
/// unqualified.
void read_field_names(std::string_view argument, bool& unqualified, std::vector<std::string>& names);

}  // namespace larder::http
