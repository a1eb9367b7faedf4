#include "client_state.hpp"

#include <larder/redis/client.hpp>

namespace larder::redis {

Client::Client(boost::asio::io_context& loop, Settings settings, Log& log)
    : state_(std::make_shared<State>(loop, std::move(settings), log)) {}

Client::~Client() {
  stop();
}

void Client::start() {
  state_->start();
}

void Client::stop() {
  state_->stop();
}

bool Client::is_up() const {
  return state_->is_up();
}

std::uint64_t Client::epoch() const {
  return state_->counters().connections;
}

const Counters& Client::counters() const {
  return state_->counters();
}

Task<Result<Value>> Client::execute(Command command, Milliseconds timeout) {
  return state_->execute(std::move(command), timeout);
}

}  // namespace larder::redis
