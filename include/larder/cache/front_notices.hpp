#pragma once

#include <larder/base/hourly.hpp>
#include <larder/base/log.hpp>

#include <string>
#include <string_view>

namespace larder::cache {

/// Says in the log, once an hour for each peer, what of its words is not believed. Safe to use from any
/// thread.
class FrontNotices {
 public:
  explicit FrontNotices(Log& log) : log_(log) {}

  /// `peer`, an address, said that its client came over `said`; the upstream is told `scheme`: redirects that
  /// lead back to themselves begin there.
  void tell_overwritten(const std::string& peer, std::string_view said, std::string_view scheme,
                        SteadyTime now);

  /// A trusted `peer` speaks only the family of fields that `trusted_proxies` does not read.
  void tell_unread(const std::string& peer, std::string_view family, SteadyTime now);

 private:
  Log& log_;
  Hourly overwritten_;
  Hourly unread_;
};

}  // namespace larder::cache
