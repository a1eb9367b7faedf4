#include "client_state.hpp"

#include "command_timeout.hpp"
#include "handshake.hpp"

#include <larder/base/task.hpp>
#include <larder/net/connect.hpp>
#include <larder/net/other_scheme.hpp>
#include <larder/redis/availability.hpp>
#include <larder/redis/refusals.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <utility>

namespace larder::redis {

namespace asio = boost::asio;

namespace {

/// This is how a master that became a replica answers: its successor must be found.
bool is_from_replica(const Value& reply) {
  return reply.is_error() && reply.text.view().starts_with("READONLY");
}

/// A Redis that speaks no TLS waits for the rest of what is no command to it.
std::string words_for_connecting(const boost::system::error_code& error, const Settings& settings,
                                 const std::string& certified) {
  std::string words = "connect: " + error.message();
  if (!certified.empty()) words += ": it is for " + certified;
  if (settings.tls && (error == Error::timeout || net::may_be_plain(error))) {
    words += "; if it speaks no TLS, store.redis.url must begin with redis";
    words += settings.topology == Settings::Topology::sentinel  ? "+sentinel"
             : settings.topology == Settings::Topology::cluster ? "+cluster"
                                                                : "";
    words += "://";
  }
  return words;
}

}  // namespace

Client::State::State(asio::io_context& loop, const Settings& settings, std::shared_ptr<Counters> counters,
                     Values values)
    : loop_(loop),
      settings_(settings),
      values_(values),
      endpoint_(settings.endpoint),
      counters_(std::move(counters)),
      backoff_(settings_.first_backoff, settings_.last_backoff),
      retry_timer_(loop),
      look_timer_(loop),
      settle_timer_(loop) {
  if (settings_.topology == Settings::Topology::sentinel) sentinels_.emplace(settings_);
}

void Client::State::start() {
  asio::co_spawn(loop_, run(shared_from_this()), asio::detached);
}

void Client::State::stop() {
  stopped_ = true;
  settings_.availability->forget(this);
  retry_timer_.cancel();
  look_timer_.cancel();
  settle_timer_.cancel();
  if (connection_ != nullptr) connection_->close(Error::canceled, "stopped");
}

void Client::State::leave() {
  if (!is_up()) return;
  is_leaving_ = true;
  connection_->close(Error::closed, "another server");
}

/// A server that is the only one is asked again each time, and what it refuses is told already.
void Client::State::leave_replica(Connection& connection) {
  if (settings_.topology == Settings::Topology::single && &connection == connection_.get()) return leave();
  connection.close(Error::closed, "it is a replica now");
}

Health Client::State::health() const {
  if (is_up()) return Health::up;
  return is_attempting_ ? Health::probing : Health::down;
}

Task<Result<Value>> Client::State::execute(std::shared_ptr<State> self, Command command, Milliseconds timeout,
                                           bool asking) {
  if (!self->is_up() || !self->connection_->has_room_for(command.size())) {
    self->counters_->refused += 1;
    co_return Error::unavailable;
  }
  const SteadyTime deadline = steady_now() + command_timeout(command, timeout, self->settings_);
  const std::shared_ptr<Connection> connection = self->connection_;
  Result<Value> reply = co_await suspend<void(Result<Value>)>(
      [&](Caller caller) { connection->submit(command, deadline, asking, std::move(caller)); });
  if (!reply) co_return reply;
  Refusals& refusals = *self->settings_.refusals;
  if (reply->is_error()) {
    refusals.refused(command.name(), reply->text.view(), steady_now());
  } else if (refusals.has_told()) {
    refusals.taken(command.name(), steady_now());
  }
  if (is_from_replica(*reply)) self->leave_replica(*connection);
  co_return reply;
}

Task<> Client::State::run(std::shared_ptr<State> self) {
  while (!self->stopped_) {
    co_await self->attempt();
    if (self->stopped_) co_return;
    co_await self->pause();
  }
}

/// One connection from the first packet to its end.
Task<> Client::State::attempt() {
  counters_->attempts += 1;
  is_attempting_ = true;
  const SteadyTime deadline = steady_now() + settings_.connect_timeout;
  Result<std::unique_ptr<net::Stream>> stream = co_await open(deadline);
  Greeting greeting;
  if (stream && !stopped_) {
    (*stream)->expires_at(deadline);
    greeting = co_await greet(**stream, settings_);
  }
  is_attempting_ = false;
  if (stopped_) co_return;
  if (!stream) {
    const bool is_unknown = sentinels_ && !sentinels_->problem().empty();
    lost(is_unknown ? sentinels_->problem() : words_for_connecting(stream.error(), settings_, certified_),
         false);
  } else if (!greeting.reason.empty()) {
    std::string reason = std::move(greeting.reason);
    if (greeting.refused) reason += mend_of("", reason, settings_.username, {});
    lost(reason, greeting.refused);
  } else {
    (*stream)->expires_at(SteadyTime::max());
    if (!greeting.info_refusal.empty())
      settings_.refusals->refused("INFO", greeting.info_refusal, steady_now());
    const std::uint64_t node = greeting.node != 0 ? greeting.node : node_of(endpoint_.text());
    co_await serve(std::move(*stream), node);
  }
}

/// Connects to the server, which sentinels may have to name first.
Task<Result<std::unique_ptr<net::Stream>>> Client::State::open(SteadyTime deadline) {
  if (sentinels_) {
    Result<Named> named = co_await sentinels_->master(deadline);
    if (!named) co_return named.error();
    endpoint_ = std::move(named->master);
  }
  net::TlsPeer peer;
  const net::TlsPeer* const tls = settings_.tls_for(endpoint_, peer);
  certified_.clear();
  co_return co_await net::connect(endpoint_, deadline, tls, &certified_);
}

Task<> Client::State::serve(std::unique_ptr<net::Stream> stream, std::uint64_t node) {
  connection_ = std::make_shared<Connection>(loop_, std::move(stream), settings_, counters_, node);
  counters_->connections += 1;
  epoch_ += 1;
  asio::co_spawn(loop_, settle(shared_from_this(), connection_), asio::detached);
  if (sentinels_) tell_of_master();
  if (sentinels_ && values_ == Values::small) {
    asio::co_spawn(loop_, follow_sentinels(shared_from_this(), connection_), asio::detached);
  }
  const std::string reason = co_await connection_->serve();
  look_timer_.cancel();
  settle_timer_.cancel();
  const bool is_left = std::exchange(is_leaving_, false);
  if (!stopped_ && !is_left) lost(reason, false);
}

/// A Redis that answers the handshake but no command, or no longer takes writes, must neither be asked again
/// at the first, short interval forever, nor be logged again each time.
Task<> Client::State::settle(std::shared_ptr<State> self, std::shared_ptr<Connection> connection) {
  const SteadyTime since = steady_now();
  self->settle_timer_.expires_after(self->settings_.last_backoff);
  co_await self->settle_timer_.async_wait(awaiting);
  if (!connection->is_open()) co_return;
  self->backoff_.reset();
  self->settings_.availability->regained(self.get(), since);
}

void Client::State::tell_of_master() {
  const std::string master = endpoint_.text();
  if (!master_.empty() && master_ != master) settings_.availability->tell(server() + " is now at " + master);
  master_ = master;
}

/// The old master may live on, cut off from the others, or as a replica: then nothing else ends the
/// connection.
Task<> Client::State::follow_sentinels(std::shared_ptr<State> self, std::shared_ptr<Connection> connection) {
  while (connection->is_open()) {
    self->look_timer_.expires_after(self->settings_.look_around);
    co_await self->look_timer_.async_wait(awaiting);
    if (!connection->is_open()) co_return;
    const Result<Named> named =
        co_await self->sentinels_->master(steady_now() + self->settings_.connect_timeout);
    if (!connection->is_open()) co_return;
    if (named && named->is_sure && named->master != self->endpoint_) self->leave();
  }
}

Task<> Client::State::pause() {
  const double chance = std::uniform_real_distribution<double>()(random_);
  retry_timer_.expires_after(backoff_.next(chance));
  co_await retry_timer_.async_wait(awaiting);
}

void Client::State::lost(const std::string& reason, bool refused) {
  settings_.availability->lost(this, server(), reason, refused);
}

/// What an outage is an outage of.
std::string Client::State::server() const {
  return sentinels_ ? "master " + settings_.master : endpoint_.text();
}

}  // namespace larder::redis
