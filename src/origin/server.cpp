#include "server.hpp"

namespace larder::origin {

std::string ServerSettings::authority() const {
  if (!endpoint.unix_path.empty()) return "localhost";
  const std::string_view implied = tls ? ":443" : ":80";
  std::string text = endpoint.text();
  if (text.ends_with(implied)) text.resize(text.size() - implied.size());
  return text;
}

bool Server::note_success() {
  const bool is_change = rests_until_ != SteadyTime{};
  rests_until_ = {};
  return is_change;
}

bool Server::note_failure(SteadyTime now) {
  const bool is_change = rests_until_ == SteadyTime{};
  rests_until_ = now + rest_after_failure;
  return is_change;
}

void Server::keep(std::unique_ptr<Connection> connection, std::size_t most, SteadyTime now) {
  if (unused_.size() >= most) return;
  connection->kept_at = now;
  unused_.push_back(std::move(connection));
}

std::unique_ptr<Connection> Server::take_unused() {
  if (unused_.empty()) return nullptr;
  std::unique_ptr<Connection> newest = std::move(unused_.back());
  unused_.pop_back();
  return newest;
}

void Server::note_use(Connection& connection) {
  connection.position = in_use_.size();
  in_use_.push_back(&connection);
}

void Server::note_end(Connection& connection) {
  Connection* const last = in_use_.back();
  last->position = connection.position;
  in_use_[connection.position] = last;
  in_use_.pop_back();
}

void Server::close() {
  unused_.clear();
  for (Connection* connection : in_use_) connection->stream().close();
}

}  // namespace larder::origin
