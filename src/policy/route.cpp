#include <larder/base/text.hpp>
#include <larder/policy/route.hpp>

#include <algorithm>

namespace larder::policy {

bool is_heuristically_cacheable(int status) {
  return std::ranges::find(heuristically_cacheable_statuses, status) !=
         heuristically_cacheable_statuses.end();
}

// src/README.md, "TTLs": a plain duration is for successes and lasting redirects, never for an error.
std::optional<Milliseconds> TtlRule::for_status(int status) const {
  if (const auto named = by_status.find(status); named != by_status.end()) return named->second;
  return status < 400 && is_heuristically_cacheable(status) ? plain : std::nullopt;
}

bool is_keyed_field(const Route& route, std::string_view name) {
  return std::any_of(route.headers.begin(), route.headers.end(),
                     [name](const std::string& keyed) { return equal_ignoring_case(keyed, name); });
}

bool takes_method(const std::vector<std::string>& methods, std::string_view method) {
  if (methods.empty()) return true;
  return std::any_of(methods.begin(), methods.end(), [method](const std::string& named) {
    return named == method || (method == "HEAD" && named == "GET");
  });
}

}  // namespace larder::policy
