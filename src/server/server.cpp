#include "connection.hpp"
#include "desk.hpp"

#include <larder/net/timer.hpp>
#include <larder/server/server.hpp>

#include <boost/asio/co_spawn.hpp>

namespace larder::server {
namespace {

constexpr Milliseconds accept_pause{50};

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
               Settings settings, Log& log, pipeline::AccessSink* refusals)
    : loop_(loop),
      handler_(handler),
      clock_(clock),
      settings_(settings),
      log_(log),
      refusals_(refusals),
      desk_(std::make_unique<Desk>()) {}

Server::~Server() = default;

void Server::accept_on(std::shared_ptr<net::Listener> listener) {
  listeners_.push_back(listener);
  boost::asio::co_spawn(loop_, accept_loop(std::move(listener)),
                        [this](const std::exception_ptr& exception) { report(log_, exception); });
}

Task<> Server::accept_loop(std::shared_ptr<net::Listener> listener) {
  while (!draining_) {
    if (connections_.size() >= settings_.max_connections) {
      co_await net::sleep_until(std::chrono::steady_clock::now() + accept_pause);
      continue;
    }
    Result<std::unique_ptr<net::Stream>> stream = co_await listener->accept();
    if (draining_) break;
    if (stream) {
      serve(std::move(*stream));
    } else if (stream.error() == Error::canceled) {
      break;
    } else {
      log_.warn("cannot accept connections at present: {}", stream.error().message());
      co_await net::sleep_until(std::chrono::steady_clock::now() + accept_pause);
    }
  }
}

void Server::serve(std::unique_ptr<net::Stream> stream) {
  auto connection = std::make_shared<Connection>(*this, std::move(stream));
  connection->position = connections_.size();
  connections_.push_back(connection);
  boost::asio::co_spawn(loop_, connection->run(), [this, connection](const std::exception_ptr& exception) {
    report(log_, exception);
    if (exception) {
      connection->close();
      forget(connection);
    }
  });
}

void Server::forget(const std::shared_ptr<Connection>& connection) {
  const std::size_t position = connection->position;
  std::swap(connections_[position], connections_.back());
  connections_[position]->position = position;
  connections_.pop_back();
}

void Server::drain() {
  draining_ = true;
  for (const auto& listener : listeners_) listener->close();
  for (const auto& connection : connections_) connection->drain();
}

void Server::close() {
  drain();
  for (const auto& connection : connections_) connection->close();
}

}  // namespace larder::server
