#pragma once

#include <larder/base/clock.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace larder::policy {

/// Statuses by number and by class.
struct Statuses {
  std::vector<int> numbers;
  std::vector<int> classes;  ///< 2 to 5, which is `5xx`
  bool operator==(const Statuses&) const = default;

  bool contains(int status) const {
    return std::ranges::find(numbers, status) != numbers.end() ||
           std::ranges::find(classes, status / 100) != classes.end();
  }
};

/// Those by which a write has changed something, unless a route says otherwise.
inline const Statuses& usual_outcomes() {
  static const Statuses statuses{.numbers = {301, 302, 303}, .classes = {2}};
  return statuses;
}

/// What a successful unsafe request purges beyond its own target URI, and when it counts as one.
struct PurgeRule {
  bool none = false;               ///< `purge: none`: nothing at all
  Statuses on = usual_outcomes();  ///< of its answer; any other purges its target URI at the most
  Milliseconds again{0};           ///< all of it once more after so long, for origins that lag; 0: not
  std::vector<std::string> urls;   ///< path patterns, `{name}` filled from the route's captures
  std::vector<std::string> tags;   ///< templates
  bool operator==(const PurgeRule&) const = default;
};

}  // namespace larder::policy
