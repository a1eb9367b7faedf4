#pragma once

#include <larder/base/clock.hpp>

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace larder {

/// Whether something is to be said of somebody again: once an hour, and of 1024 of them at most. Safe to use
/// from any thread.
class Hourly {
 public:
  /// Whether it is; it is then said.
  bool is_due(std::string_view whom, SteadyTime now);

 private:
  std::mutex mutex_;
  std::map<std::string, SteadyTime, std::less<>> last_;
};

}  // namespace larder
