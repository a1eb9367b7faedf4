#include "client_state.hpp"
#include "command_timeout.hpp"

#include <larder/redis/availability.hpp>
#include <larder/redis/client.hpp>
#include <larder/redis/refusals.hpp>

namespace larder::redis {

namespace {

Settings with_notices(Settings settings, Log& log) {
  if (settings.availability == nullptr) settings.availability = std::make_shared<Availability>(log);
  if (settings.refusals == nullptr) settings.refusals = std::make_shared<Refusals>(log, settings.username);
  return settings;
}

}  // namespace

Client::Client(boost::asio::io_context& loop, Settings settings, Log& log)
    : loop_(loop),
      small_(std::make_shared<State>(loop, with_notices(std::move(settings), log),
                                     std::make_shared<Counters>(), State::Values::small)) {}

Client::~Client() {
  Client::stop();
}

void Client::start() {
  small_->start();
}

void Client::stop() {
  is_stopped_ = true;
  small_->stop();
  if (large_ != nullptr) large_->stop();
}

bool Client::is_up() const {
  return small_->is_up();
}

Link Client::link(std::string_view) const {
  return small_->link();
}

std::uint64_t Client::epoch() const {
  return small_->epoch();
}

const Counters& Client::counters() const {
  return *small_->counters();
}

Task<Result<Value>> Client::execute(Command command, Milliseconds timeout) {
  return execute(std::move(command), timeout, false);
}

Task<Result<Value>> Client::execute(Command command, Milliseconds timeout, bool asking) {
  const std::shared_ptr<State>& state = state_for(command);
  return State::execute(state, std::move(command), timeout, asking);
}

/// The connection for large values is made when the first of them comes. Until it is up, or if it led to
/// another server, they go with the others.
const std::shared_ptr<Client::State>& Client::state_for(const Command& command) {
  if (!is_large(command, small_->settings()) || is_stopped_) return small_;
  if (large_ == nullptr) {
    large_ = std::make_shared<State>(loop_, small_->settings(), small_->counters(), State::Values::large);
    large_->start();
  }
  if (large_->link().node == small_->link().node) return large_;
  if (small_->is_up()) large_->leave();
  return small_;
}

std::vector<NodeReport> Client::nodes() const {
  NodeReport report{small_->endpoint().text(), small_->health(), small_->in_flight(), *small_->counters()};
  if (large_ != nullptr) report.in_flight += large_->in_flight();
  return {std::move(report)};
}

}  // namespace larder::redis
