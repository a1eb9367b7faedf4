#include "pool.hpp"

#include <larder/net/connect.hpp>
#include <larder/net/descriptors.hpp>

namespace larder::origin {
namespace {

constexpr Seconds rest_after_failure{2};

}  // namespace

Pool::Pool(Settings settings, Log& log) : settings_(std::move(settings)), log_(log) {
  for (const Server& server : settings_.servers) servers_.push_back({server, {}});
}

std::unique_ptr<Connection> Pool::take_unused() {
  while (!unused_.empty()) {
    std::unique_ptr<Connection> connection = std::move(unused_.back());
    unused_.pop_back();
    if (connection->stream().is_idle()) return connection;
  }
  return nullptr;
}

Task<Result<std::unique_ptr<Connection>>> Pool::connect() {
  Error last = Error::unavailable;
  for (std::size_t attempt = 0; attempt < servers_.size(); ++attempt) {
    if (is_closed_) co_return Error::canceled;
    const SteadyTime now = std::chrono::steady_clock::now();
    const std::size_t index = next_server(now);
    Place& place = servers_[index];
    const net::TlsPeer* const tls = place.server.tls ? &*place.server.tls : nullptr;
    Result<std::unique_ptr<net::Stream>> stream =
        co_await net::connect(place.server.endpoint, now + settings_.connect_timeout, tls);
    if (is_closed_) co_return Error::canceled;
    if (stream) {
      if (place.down_until != SteadyTime{}) {
        place.down_until = {};
        log_.info("upstream {}: {} answers again", settings_.name, place.server.endpoint.text());
      }
      co_return std::make_unique<Connection>(std::move(*stream), index);
    }
    if (net::is_out_of_descriptors(stream.error())) {
      note_want_of_descriptors(now);
      co_return Error::unavailable;
    }
    note_failure(place, stream.error());
    if (stream.error() == Error::timeout) last = Error::timeout;
  }
  co_return last;
}

/// The next in turn that is not resting after a failure; where all are, the next in turn.
std::size_t Pool::next_server(SteadyTime now) {
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    const std::size_t index = turn_++ % servers_.size();
    if (servers_[index].down_until <= now) return index;
  }
  return turn_++ % servers_.size();
}

void Pool::note_failure(Place& place, const boost::system::error_code& error) {
  if (place.down_until == SteadyTime{}) {
    log_.warn("upstream {}: cannot connect to {}: {}", settings_.name, place.server.endpoint.text(),
              error.message());
  }
  place.down_until = std::chrono::steady_clock::now() + rest_after_failure;
}

/// Ours, and no fault of the server's: it does not rest for it.
void Pool::note_want_of_descriptors(SteadyTime now) {
  constexpr Seconds quiet{60};
  const bool is_due = !last_want_ || now - *last_want_ >= quiet;
  last_want_ = now;
  if (!is_due) return;
  log_.error(
      "upstream {}: out of descriptors: it cannot be asked until some are free; raise the limit (ulimit -n, "
      "systemd's LimitNOFILE, docker's --ulimit nofile) or lower limits.connections",
      settings_.name);
}

void Pool::keep(std::unique_ptr<Connection> connection) {
  if (is_closed_ || unused_.size() >= settings_.max_unused * servers_.size()) return;
  connection->stream().expires_at(std::chrono::steady_clock::now() + settings_.idle_timeout);
  unused_.push_back(std::move(connection));
}

void Pool::note_use(Connection& connection) {
  connection.position = in_use_.size();
  in_use_.push_back(&connection);
}

void Pool::note_end(Connection& connection) {
  Connection* const last = in_use_.back();
  last->position = connection.position;
  in_use_[connection.position] = last;
  in_use_.pop_back();
}

void Pool::close() {
  is_closed_ = true;
  unused_.clear();
  for (Connection* connection : in_use_) connection->stream().close();
}

}  // namespace larder::origin
