#pragma once

#include <larder/policy/purge.hpp>
#include <larder/policy/sites.hpp>

#include <array>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace larder::admin {

/// A member that says by a text what to purge, and the option of `larder purge` with that name.
struct PurgeSelector {
  std::string_view name;
  const char* option;  ///< as CLI11 takes it
  const char* help;
};
inline constexpr std::array<PurgeSelector, 4> purge_selectors{{
    {"url", "url", "Path or URL: it is purged with every query"},
    {"tag", "--tag", "Purge what carries this tag"},
    {"prefix", "--prefix", "Purge this path or URL and all below it"},
    {"pattern", "--pattern", "Purge every path that matches, as /api/*/items or /api/**"},
}};

/// What a client of the admin API wants purged: fit for PurgeLog::append().
struct PurgeRequest {
  std::vector<policy::Purge> purges;
  bool dry_run = false;  ///< only to be reported
  bool soft = false;     ///< to make stale, not invalid
};

/// Why a request is not served: a status code and a sentence fit for pipeline::problem().
struct Refusal {
  int status = 400;
  std::string detail;
};

/// Reads the content of `POST /purge`: a JSON object with exactly one of
///
///   "url"      a path or an absolute URL: that path with every query, with and without a trailing slash
///   "prefix"   a path or an absolute URL: `/a` is /a and all below /a/; segments count whole
///   "pattern"  a PathPattern, perhaps after `http://host`: every path that matches
///   "tag"      a tag's name, or a list of up to 256 of them
///   "all"      true: everything
///
/// and optionally "host", "dry_run" and "soft". `url`, `prefix` and `pattern` count on the site of their URL
/// or of "host", and on every site if neither is given; "all" with "host" is all of that site. Anything else
/// is refused, since a purge must not do less than its sender meant. A host that is another spelling
/// of a site stands for that site.
std::variant<PurgeRequest, Refusal> read_purge_request(std::string_view json,
                                                       const policy::Sites& sites = policy::Sites());

/// A purge as the log shows it: `resource shop.example/products/7`; `{*}` stands for every site.
std::string describe(const policy::Purge& purge);

}  // namespace larder::admin
