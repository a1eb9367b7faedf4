#pragma once

#include <larder/http/message.hpp>
#include <larder/http/target.hpp>

#include <string>
#include <vector>

namespace larder::policy {

/// Which requests go to the origin as they are, answered from no cache and for none: those that have any of
/// these, names or globs of names. Case does not count, and `_`, `-` and `.` are one.
struct BypassRule {
  std::vector<std::string> cookies;
  std::vector<std::string> headers;  ///< of request fields
  std::vector<std::string> query;    ///< of parameters
  bool operator==(const BypassRule&) const = default;
};

/// Whether the request has any of them, in whatever spelling an origin may read as that name.
bool takes_bypass(const BypassRule& rule, const http::RequestHead& request, const http::Target& target);

}  // namespace larder::policy
