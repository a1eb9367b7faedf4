#pragma once

#include <larder/base/clock.hpp>
#include <larder/base/hourly.hpp>
#include <larder/base/log.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/system/error_code.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace larder::server {

class Server;

/// How many connections of clients a process with that many descriptors may hold: each may need another one
/// upstream, and some are kept back for fills, Redis, the admin API and files. 16,384 at most, whose heads of
/// 64 KiB each would take 1 GiB.
std::size_t connections_within(std::uint64_t descriptors);

/// The same without that last bound: as many as may be configured.
std::size_t most_connections_within(std::uint64_t descriptors);

/// Something that keeps happening: its beginning and its end are worth a line, not each time.
class Outage {
 public:
  /// It happens. Returns whether this is the beginning.
  bool begins(SteadyTime now) {
    last_ = now;
    if (is_on_) return false;
    return is_on_ = true;
  }

  /// Whether it has ended: it was on, and has not happened for some seconds.
  bool ends(SteadyTime now) {
    constexpr Seconds quiet{5};
    if (!is_on_ || now - last_ < quiet) return false;
    is_on_ = false;
    return true;
  }

  bool is_on() const { return is_on_; }

 private:
  bool is_on_ = false;
  SteadyTime last_{};
};

/// The places for connections of all servers that share it, and what the log says when they run out: a line
/// when it begins and one when it has ended. Safe to use from any thread; it outlives the servers.
class Occupancy {
 public:
  struct Bounds {
    std::size_t connections = 8'192;
    std::size_t per_address = 0;  ///< of one address_group(); 0: no bound
  };

  /// `whose` names the connections in messages: "clients".
  Occupancy(Bounds bounds, std::string whose, Log& log)
      : bounds_(bounds), whose_(std::move(whose)), log_(log) {}

  /// Takes a place for a connection; false if there is none.
  bool take();
  void give_back() { --taken_; }

  /// Takes a place among those of the client's address (address_group()), if that is one; false if it has its
  /// share.
  bool take_address(const std::string& address);
  void give_back_address(const std::string& address);

  void join(boost::asio::io_context& loop, Server& server);
  void leave(Server& server);

  /// Has another server end the connection that waits longest there, if it has one: each in turn.
  void ask_another(const Server& self);

  void note_full();
  void note_ended() { ++ended_; }  ///< one that waited, for a newcomer
  void note_accept_failure(const boost::system::error_code& error);

  /// A connection ends for want of a header of the PROXY protocol that counts: `why`.
  void note_bad_preface(const std::string& address, std::string_view why);

  /// A client spoke plain HTTP where TLS is spoken.
  void note_plain_http(const std::string& address);

 private:
  struct Member {
    boost::asio::io_context* loop;
    Server* server;
  };

  void note_refused_address(const std::string& address);
  void look_for_ends();

  Hourly bad_prefaces_;
  Hourly plain_http_;
  const Bounds bounds_;
  const std::string whose_;
  Log& log_;
  std::atomic<std::size_t> taken_{0};
  std::atomic<std::uint64_t> ended_{0};
  std::atomic<bool> in_want_{false};  // one of the outages is on

  std::mutex mutex_;
  std::vector<Member> members_;
  std::size_t turn_ = 0;
  std::unordered_map<std::uint64_t, std::size_t> by_address_;  // as many as there are connections at most
  Outage full_;
  Outage refused_;
  Outage failing_;
  std::uint64_t told_ended_ = 0;
};

}  // namespace larder::server
