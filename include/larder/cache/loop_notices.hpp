#pragma once

#include <larder/base/clock.hpp>
#include <larder/base/log.hpp>

#include <map>
#include <mutex>
#include <string>

namespace larder::cache {

/// Says in the log which upstream leads back to this larder: once, until no request has come back over it for
/// a minute. Safe to use from any thread.
class LoopNotices {
 public:
  explicit LoopNotices(Log& log) : log_(log) {}

  /// A request came back that the route sends to `upstream`, a name of the configuration.
  void tell(const std::string& upstream, SteadyTime now);

 private:
  Log& log_;
  std::mutex mutex_;
  std::map<std::string, SteadyTime> last_;  // by upstream
};

}  // namespace larder::cache
