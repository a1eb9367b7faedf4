#pragma once

#include <larder/base/result.hpp>
#include <larder/http/target.hpp>
#include <larder/policy/path_pattern.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::policy {

/// `respond` of a route: an answer of larder's own.
struct RespondRule {
  int status = 200;
  std::string content;
  std::string type = "text/plain";
  bool operator==(const RespondRule&) const = default;
};

/// `redirect` of a route: where clients are sent. `to` is a path or a URL of http or https, in which
/// `{host}` (without port), `{scheme}`, `{path}` and `{query}` stand for those of the request, and the names
/// of the match for what they capture.
struct RedirectRule {
  std::string to;
  int status = 302;
  bool operator==(const RedirectRule&) const = default;
};

/// Why a redirect might lead to wherever a client says, or nowhere; nothing if neither. `names`: what the
/// match captures.
std::optional<std::string> mistake_in_redirect(std::string_view to, const std::vector<std::string>& names);

/// The Location of a redirect. A path stays one of the same site, whatever is captured. Error::malformed if
/// it needs a host and the request has none.
Result<std::string> location_of(const RedirectRule& rule, const Captures& captures,
                                const http::Target& target);

}  // namespace larder::policy
