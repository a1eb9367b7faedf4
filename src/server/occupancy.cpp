#include <larder/base/address_set.hpp>
#include <larder/net/descriptors.hpp>
#include <larder/server/occupancy.hpp>
#include <larder/server/server.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>

namespace larder::server {
namespace {

constexpr std::uint64_t kept_back_at_most = 256;  // 128 of the admin API, the rest for Redis and files
constexpr std::size_t most_by_itself = 16'384;

}  // namespace

std::size_t most_connections_within(std::uint64_t descriptors) {
  const std::uint64_t kept_back = std::min(kept_back_at_most, descriptors / 4);
  return std::max<std::uint64_t>((descriptors - kept_back) / 2, 1);
}

std::size_t connections_within(std::uint64_t descriptors) {
  return std::min(most_connections_within(descriptors), most_by_itself);
}

bool Occupancy::take() {
  std::size_t taken = taken_;
  while (taken < bounds_.connections) {
    if (!taken_.compare_exchange_weak(taken, taken + 1)) continue;
    if (in_want_) look_for_ends();
    return true;
  }
  return false;
}

bool Occupancy::take_address(const std::string& address) {
  if (bounds_.per_address == 0) return true;
  const std::optional<std::uint64_t> group = address_group(address);
  if (!group) return true;
  const std::lock_guard lock(mutex_);
  std::size_t& count = by_address_[*group];
  if (count >= bounds_.per_address) {
    note_refused_address(address);
    return false;
  }
  ++count;
  return true;
}

void Occupancy::give_back_address(const std::string& address) {
  if (bounds_.per_address == 0) return;
  const std::optional<std::uint64_t> group = address_group(address);
  if (!group) return;
  const std::lock_guard lock(mutex_);
  const auto found = by_address_.find(*group);
  if (found != by_address_.end() && --found->second == 0) by_address_.erase(found);
}

void Occupancy::join(boost::asio::io_context& loop, Server& server) {
  const std::lock_guard lock(mutex_);
  members_.push_back({&loop, &server});
}

void Occupancy::leave(Server& server) {
  const std::lock_guard lock(mutex_);
  std::erase_if(members_, [&](const Member& member) { return member.server == &server; });
}

void Occupancy::ask_another(const Server& self) {
  const std::lock_guard lock(mutex_);
  if (members_.size() < 2) return;
  Member member = members_[turn_++ % members_.size()];
  if (member.server == &self) member = members_[turn_++ % members_.size()];
  boost::asio::post(*member.loop, [server = member.server] { server->end_longest_waiting(); });
}

void Occupancy::note_full() {
  const std::lock_guard lock(mutex_);
  in_want_ = true;
  if (!full_.begins(std::chrono::steady_clock::now())) return;
  told_ended_ = ended_;
  log_.warn("all {} connections of {} are in use: those that wait longest end for newcomers",
            bounds_.connections, whose_);
}

void Occupancy::note_bad_preface(const std::string& address, std::string_view why) {
  if (!bad_prefaces_.is_due(address, std::chrono::steady_clock::now())) return;
  log_.warn("a connection by {} was closed where proxy_protocol is on: {}", address, why);
}

void Occupancy::note_plain_http(const std::string& address) {
  if (!plain_http_.is_due(address, std::chrono::steady_clock::now())) return;
  log_.warn("{} speaks plain HTTP to a port for TLS: its URL must begin with https://", address);
}

void Occupancy::note_accept_failure(const boost::system::error_code& error) {
  const std::lock_guard lock(mutex_);
  in_want_ = true;
  if (!failing_.begins(std::chrono::steady_clock::now())) return;
  if (net::is_out_of_descriptors(error)) {
    log_.error(
        "out of descriptors ({}): connections of {} wait until some are free; raise the limit (ulimit -n, "
        "systemd's LimitNOFILE, docker's --ulimit nofile) or lower limits.connections",
        error.message(), whose_);
  } else {
    log_.error("connections of {} cannot be accepted: {}", whose_, error.message());
  }
}

/// With the mutex.
void Occupancy::note_refused_address(const std::string& address) {
  in_want_ = true;
  if (!refused_.begins(std::chrono::steady_clock::now())) return;
  log_.warn(
      "{} has {} connections, as many as limits.connections_per_address allows: more are refused, as those "
      "of other addresses will be without another line",
      address, bounds_.per_address);
}

void Occupancy::look_for_ends() {
  const std::lock_guard lock(mutex_);
  const SteadyTime now = std::chrono::steady_clock::now();
  if (taken_ < bounds_.connections && full_.ends(now)) {
    log_.info("connections of {} are below their bound again; {} ended for newcomers", whose_,
              ended_ - told_ended_);
  }
  if (failing_.ends(now)) log_.info("connections of {} are accepted again", whose_);
  if (refused_.ends(now)) log_.info("no address has more connections than it may any more");
  in_want_ = full_.is_on() || failing_.is_on() || refused_.is_on();
}

}  // namespace larder::server
