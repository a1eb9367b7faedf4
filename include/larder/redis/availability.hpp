#pragma once

#include <larder/base/clock.hpp>
#include <larder/base/log.hpp>

#include <map>
#include <mutex>
#include <string>
#include <unordered_set>

namespace larder::redis {

/// Logs an outage of a server once, however many clients notice it: when the first loses its connection,
/// when Redis itself has something new to say about it, and when the connection of the last has lasted again.
/// Safe to use from any thread.
class Availability {
 public:
  explicit Availability(Log& log) : log_(log) {}

  /// A client could not connect to `server`, or lost its connection. `refused`: in Redis's own words.
  void lost(const void* client, const std::string& server, const std::string& reason, bool refused);

  /// A client's connection, made at `since`, has lasted: one that breaks soon after does not end an outage.
  void regained(const void* client, SteadyTime since);

  /// A client ends, and no longer counts.
  void forget(const void* client);

  /// Something that every client finds out for itself: logged unless it is what was logged last.
  void tell(const std::string& news);

 private:
  struct Outage {
    std::unordered_set<const void*> clients;
    SteadyTime since{};
    std::string last_refusal;
  };
  using Outages = std::map<std::string, Outage>;

  Outages::iterator outage_of(const void* client);

  Log& log_;
  std::mutex mutex_;
  Outages outages_;  ///< by server, while there is a client without it
  std::string news_;
};

}  // namespace larder::redis
