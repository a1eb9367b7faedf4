#pragma once

#include <larder/base/clock.hpp>
#include <larder/base/log.hpp>

#include <mutex>
#include <string>
#include <unordered_set>

namespace larder::redis {

/// Tells of an outage once, however many clients of the same server meet it: when the first loses its
/// connection, when Redis itself has something new to say about it, and when the last is connected again.
/// Safe to use from any thread.
class Availability {
 public:
  Availability(std::string server, Log& log) : server_(std::move(server)), log_(log) {}

  /// A client could not connect, or lost its connection. `refused`: in Redis's own words.
  void lost(const void* client, const std::string& reason, bool refused);

  /// A client is connected.
  void regained(const void* client);

  /// A client ends, and has no say any more.
  void forget(const void* client);

 private:
  const std::string server_;
  Log& log_;
  std::mutex mutex_;
  std::unordered_set<const void*> down_;
  SteadyTime since_{};
  std::string last_refusal_;
};

}  // namespace larder::redis
