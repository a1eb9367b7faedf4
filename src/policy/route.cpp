#include <larder/base/text.hpp>
#include <larder/policy/route.hpp>

#include <algorithm>
#include <array>

namespace larder::policy {

bool is_heuristically_cacheable(int status) {
  return std::ranges::find(heuristically_cacheable_statuses, status) !=
         heuristically_cacheable_statuses.end();
}

bool takes_ttl_by_number_alone(int status) {
  static constexpr std::array alone{206, 304, 400, 401, 403, 407, 408, 412, 413, 414,
                                    415, 416, 417, 421, 425, 426, 428, 429, 431, 511};
  return std::ranges::find(alone, status) != alone.end();
}

// src/README.md, "TTLs": a plain duration is for successes and lasting redirects, never for an error.
std::optional<Milliseconds> TtlRule::for_status(int status) const {
  if (const auto named = by_status.find(status); named != by_status.end()) return named->second;
  if (!takes_ttl_by_number_alone(status)) {
    if (const auto of_class = by_class.find(status / 100); of_class != by_class.end())
      return of_class->second;
    if (any) return any;
  }
  return status < 400 && is_heuristically_cacheable(status) ? plain : std::nullopt;
}

Milliseconds TtlRule::longest() const {
  Milliseconds longest = std::max(plain.value_or(Milliseconds{0}), any.value_or(Milliseconds{0}));
  for (const auto& [status, ttl] : by_status) longest = std::max(longest, ttl);
  for (const auto& [hundreds, ttl] : by_class) longest = std::max(longest, ttl);
  return longest;
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

bool takes_host(const Route& route, const http::Target& target) {
  if (route.hosts.empty()) return true;
  return std::ranges::any_of(route.hosts, [&](const HostPattern& host) { return host.matches(target); });
}

bool takes_path(const Route& route, std::string_view path) {
  return std::ranges::any_of(route.patterns, [path](const PathPattern& one) { return one.matches(path); });
}

Captures captures_of(const Route& route, std::string_view path) {
  for (const PathPattern& pattern : route.patterns) {
    if (std::optional<Captures> captures = pattern.match(path)) return *std::move(captures);
  }
  return {};
}

}  // namespace larder::policy
