#pragma once

#include <larder/base/hourly.hpp>
#include <larder/base/log.hpp>

#include <string>
#include <string_view>

namespace larder::cache {

/// Says in the log, once an hour for each peer, that the scheme it named is not believed: redirects that lead
/// back to themselves begin there. Safe to use from any thread.
class FrontNotices {
 public:
  explicit FrontNotices(Log& log) : log_(log) {}

  /// `peer`, an address, said that its client came over `said`; the upstream is told `scheme`.
  void tell(const std::string& peer, std::string_view said, std::string_view scheme, SteadyTime now);

 private:
  Log& log_;
  Hourly told_;
};

}  // namespace larder::cache
