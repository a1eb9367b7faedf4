#pragma once

#include <larder/policy/schedule.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace larder::policy {

/// What of a route is fetched before a client asks for it, and when.
struct WarmRule {
  std::string site;               ///< `http://shop.example`, as clients call it; empty with `hottest` alone
  std::vector<std::string> urls;  ///< path[?query], each one the route's
  std::string sitemap;            ///< path[?query]; empty: none
  std::size_t hottest = 0;        ///< how many of those most asked for lately
  std::vector<std::pair<std::string, std::string>> headers;  ///< to be sent, such as Accept-Encoding
  bool at_start = true;
  std::optional<Schedule> schedule;
  std::size_t concurrency = 4;  ///< requests at once
  std::size_t retries = 3;      ///< of what failed, later each time
  bool operator==(const WarmRule&) const = default;
};

}  // namespace larder::policy
