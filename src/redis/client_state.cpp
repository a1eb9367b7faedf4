#include "client_state.hpp"

#include "handshake.hpp"

#include <larder/net/connect.hpp>
#include <larder/redis/availability.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace larder::redis {

namespace asio = boost::asio;

namespace {

SteadyTime steady_now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

Client::State::State(asio::io_context& loop, Settings settings, Log& log)
    : loop_(loop),
      settings_(std::move(settings)),
      backoff_(settings_.first_backoff, settings_.last_backoff),
      retry_timer_(loop) {
  if (settings_.availability == nullptr) {
    settings_.availability = std::make_shared<Availability>(settings_.endpoint.text(), log);
  }
}

void Client::State::start() {
  asio::co_spawn(loop_, run(shared_from_this()), asio::detached);
}

void Client::State::stop() {
  stopped_ = true;
  settings_.availability->forget(this);
  retry_timer_.cancel();
  if (connection_ != nullptr) connection_->close(Error::canceled, "stopped");
}

Task<Result<Value>> Client::State::execute(Command command, Milliseconds timeout) {
  if (!is_up() || !connection_->has_room_for(command.size())) {
    counters_->refused += 1;
    co_return Error::unavailable;
  }
  const SteadyTime deadline = steady_now() + (timeout.count() == 0 ? settings_.timeout : timeout);
  co_return co_await suspend<void(Result<Value>)>([this, &command, deadline](Caller caller) {
    connection_->submit(command, deadline, std::move(caller));
  });
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
  const SteadyTime deadline = steady_now() + settings_.connect_timeout;
  const net::TlsPeer* const tls = settings_.tls ? &*settings_.tls : nullptr;
  Result<std::unique_ptr<net::Stream>> stream = co_await net::connect(settings_.endpoint, deadline, tls);
  if (stopped_) co_return;
  if (!stream) {
    settings_.availability->lost(this, "connect: " + stream.error().message(), false);
    co_return;
  }
  (*stream)->expires_at(deadline);
  const Greeting greeting = co_await greet(**stream, settings_);
  if (stopped_) co_return;
  if (!greeting.reason.empty()) {
    settings_.availability->lost(this, greeting.reason, greeting.refused);
    co_return;
  }
  (*stream)->expires_at(SteadyTime::max());
  co_await serve(std::move(*stream));
}

Task<> Client::State::serve(std::unique_ptr<net::Stream> stream) {
  connection_ = std::make_shared<Connection>(loop_, std::move(stream), settings_, counters_);
  counters_->connections += 1;
  settings_.availability->regained(this);
  const SteadyTime since = steady_now();
  const std::string reason = co_await connection_->serve();
  // A Redis that answers the handshake but no command must not be asked again at the first, short interval
  // for ever.
  if (steady_now() - since >= settings_.last_backoff) backoff_.reset();
  if (!stopped_) settings_.availability->lost(this, reason, false);
}

Task<> Client::State::pause() {
  const double chance = std::uniform_real_distribution<double>()(random_);
  retry_timer_.expires_after(backoff_.next(chance));
  co_await retry_timer_.async_wait(asio::as_tuple(asio::use_awaitable));
}

}  // namespace larder::redis
