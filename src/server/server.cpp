#include "http1_session.hpp"
#include "session_context.hpp"

#include <larder/net/timer.hpp>
#include <larder/server/server.hpp>

#include <boost/asio/co_spawn.hpp>

#include <algorithm>

namespace larder::server {
namespace {

constexpr Milliseconds accept_pause{50};
constexpr Milliseconds room_pause{5};
constexpr Milliseconds departure_period{1'000};

/// The top of a connection: what a library threw ends this connection alone.
void report(Log& log, const std::exception_ptr& exception) {
  if (!exception) return;
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& error) {
    log.error("a connection ended by an unexpected error: {}", error.what());
  }
}

}  // namespace

Server::Server(boost::asio::io_context& loop, pipeline::Handler& handler, const Clock& clock,
               Settings settings, Occupancy& occupancy, Log& log, pipeline::AccessSink* refusals,
               ByteBudget* buffered)
    : context_(new SessionContext{loop, handler, clock, settings, refusals, occupancy}),
      occupancy_(occupancy),
      log_(log),
      buffered_(buffered),
      departures_(loop) {
  occupancy_.join(loop, *this);
}

Server::~Server() {
  occupancy_.leave(*this);
}

const Responses& Server::responses() const {
  return context_->responses;
}

void Server::trust(std::shared_ptr<const AddressSet> proxies) {
  context_->proxies = std::move(proxies);
}

void Server::accept_on(std::shared_ptr<net::Listener> listener) {
  const auto report_error = [this](const std::exception_ptr& exception) { report(log_, exception); };
  if (listeners_.empty()) boost::asio::co_spawn(context_->loop, look_at_answering(), report_error);
  listeners_.push_back(listener);
  boost::asio::co_spawn(context_->loop, accept_loop(std::move(listener)), report_error);
}

/// Now and then looks at the connections whose requests are being answered, which takes waiting.
Task<> Server::look_at_answering() {
  while (!context_->is_draining) {
    departures_.expires_after(departure_period);
    co_await departures_.async_wait(awaiting);
    const SteadyTime now = std::chrono::steady_clock::now();
    end_departed(now);
    make_room_in_memory(now);
  }
}

/// Ends those whose clients have left: without it, a silent origin would keep them, and what is done for
/// them, until its own deadline.
void Server::end_departed(SteadyTime now) {
  while (Waiting* const one = context_->waiting.look_at_answering(now, departure_period)) {
    static_cast<Session*>(one)->give_up_if_client_left();
  }
}

/// Once something was refused for want of room, ends the one that holds the most for a client that takes
/// nothing of it.
void Server::make_room_in_memory(SteadyTime now) {
  if (buffered_ == nullptr) return;
  Session* largest = nullptr;
  std::uint64_t most = 0;
  context_->waiting.each_answering([&](Waiting& one) {
    auto& session = static_cast<Session&>(one);
    const std::uint64_t held = session.held_in_vain(now);
    if (held <= most) return;
    most = held;
    largest = &session;
  });
  if (largest == nullptr || !buffered_->take_wish_for_room()) return;
  log_.warn("{} takes nothing of a response: its connection was ended, for {} bytes held for it were needed",
            largest->peer_address(), most);
  largest->give_up();
}

Task<> Server::accept_loop(std::shared_ptr<net::Listener> listener) {
  while (!context_->is_draining) {
    Result<std::unique_ptr<net::Stream>> stream = co_await listener->accept();
    if (context_->is_draining) break;
    if (stream) {
      co_await admit(std::move(*stream), listener->has_proxy_headers);
    } else if (stream.error() == Error::canceled) {
      break;
    } else {
      // Mostly there is no descriptor: one of ours may be spared.
      occupancy_.note_accept_failure(stream.error());
      end_longest_waiting();
      co_await net::sleep_until(std::chrono::steady_clock::now() + accept_pause);
    }
  }
}

/// Serves a newcomer once there is a place for it. Until then later ones wait in the kernel.
Task<> Server::admit(std::unique_ptr<net::Stream> stream, bool has_proxy_header) {
  const std::string address = stream->peer_address();
  const bool is_front = context_->proxies->contains(address);
  if (has_proxy_header && !is_front) {
    occupancy_.note_bad_preface(address, "it is not one of trusted_proxies");
    co_return;
  }
  // A front has the connections of all its clients. Whom it names in a PROXY header, the session counts.
  const std::string counted = is_front ? "" : address;
  if (!occupancy_.take_address(counted)) co_return;
  bool has_place = occupancy_.take();
  while (!has_place && !context_->is_draining) {
    occupancy_.note_full();
    const bool is_room_made = end_longest_waiting();
    if (!is_room_made) {
      occupancy_.ask_another(*this);
      co_await net::sleep_until(std::chrono::steady_clock::now() + room_pause);
    }
    has_place = occupancy_.take();
  }
  if (has_place) {
    serve(std::move(stream), has_proxy_header, counted);
  } else {
    occupancy_.give_back_address(counted);
  }
}

bool Server::end_longest_waiting() {
  Waiting* const longest = context_->waiting.longest(net::now_about());
  if (longest == nullptr) return false;
  auto& session = static_cast<Session&>(*longest);
  give_back_place(session);
  session.make_room();
  occupancy_.note_ended();
  return true;
}

/// The place is free from now on, whatever the connection still has to do.
void Server::give_back_place(Session& session) {
  if (session.has_place) occupancy_.give_back();
  session.has_place = false;
}

void Server::serve(std::unique_ptr<net::Stream> stream, bool has_proxy_header, std::string counted) {
  auto session = std::make_shared<Http1Session>(*context_, std::move(stream), has_proxy_header);
  session->counted = std::move(counted);
  session->position = sessions_.size();
  sessions_.push_back(session);
  boost::asio::co_spawn(context_->loop, session->run(), [this, session](const std::exception_ptr& exception) {
    report(log_, exception);
    if (exception) session->close();
    forget(session);
  });
}

void Server::forget(const std::shared_ptr<Session>& session) {
  const std::size_t position = session->position;
  give_back_place(*session);
  occupancy_.give_back_address(session->counted);
  std::swap(sessions_[position], sessions_.back());
  sessions_[position]->position = position;
  sessions_.pop_back();
}

void Server::drain() {
  context_->is_draining = true;
  departures_.cancel();
  for (const auto& listener : listeners_) listener->close();
  for (const auto& session : sessions_) session->drain();
}

std::size_t Server::close() {
  drain();
  return static_cast<std::size_t>(
      std::ranges::count_if(sessions_, [](const auto& session) { return session->close(); }));
}

}  // namespace larder::server
