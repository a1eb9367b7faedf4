#include "sentinels.hpp"

#include "handshake.hpp"

#include <larder/net/connect.hpp>

#include <algorithm>
#include <charconv>

namespace larder::redis {

namespace {

std::uint64_t read_number(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// Sentinels have users of their own.
std::vector<Command> commands_for(const Settings& settings) {
  std::vector<Command> commands;
  if (!settings.sentinel_password.empty()) {
    Command& auth = commands.emplace_back("AUTH");
    if (!settings.sentinel_username.empty()) auth.arg(settings.sentinel_username);
    auth.arg(settings.sentinel_password);
  }
  commands.emplace_back("SENTINEL").arg("MASTER").arg(settings.master);
  return commands;
}

}  // namespace

std::optional<Named> read_master(const Value& reply) {
  Named named;
  for (std::size_t i = 0; i + 1 < reply.items.size(); i += 2) {
    const std::string_view name = reply.items[i].text.view();
    const std::string_view value = reply.items[i + 1].text.view();
    if (name == "ip") named.master.host = value;
    if (name == "port") named.master.port = value;
    if (name == "config-epoch") named.epoch = read_number(value);
  }
  const std::uint64_t port = read_number(named.master.port);
  if (named.master.host.empty() || port == 0 || port > 65'535) return std::nullopt;
  return named;
}

Task<Result<Named>> Sentinels::master(SteadyTime deadline) {
  const std::size_t count = settings_.endpoints.size();
  const auto share = (deadline - std::chrono::steady_clock::now()) / static_cast<int>(count + 1);
  std::optional<Named> best;
  bool are_all_heard = true;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t which = (next_ + i) % count;
    const SteadyTime until = std::chrono::steady_clock::now() + share;
    Result<Named> named = co_await ask(settings_.endpoints[which], std::min(until, deadline));
    if (!named) {
      are_all_heard = false;
      continue;
    }
    if (!best || named->epoch > best->epoch) best = std::move(*named);
    if (best->epoch < latest_) continue;
    next_ = which;
    break;
  }
  if (!best) co_return Error::unavailable;
  // If all agree that there was less than we knew, they were set up again and are believed.
  best->is_sure = best->epoch >= latest_ || are_all_heard;
  if (best->is_sure) latest_ = best->epoch;
  problem_.clear();
  co_return std::move(*best);
}

Task<Result<Named>> Sentinels::ask(net::Endpoint sentinel, SteadyTime deadline) {
  problem_ = "sentinel " + sentinel.text() + ": ";
  net::TlsPeer peer;
  const net::TlsPeer* const tls = settings_.tls_for(sentinel, peer);
  Result<std::unique_ptr<net::Stream>> stream = co_await net::connect(std::move(sentinel), deadline, tls);
  if (!stream) {
    problem_ += "connect: " + stream.error().message();
    co_return stream.error();
  }
  (*stream)->expires_at(deadline);
  const std::vector<Command> commands = commands_for(settings_);
  const Result<std::vector<Value>> replies = co_await converse(**stream, commands);
  if (!replies) {
    problem_ += replies.error().message();
    co_return replies.error();
  }
  std::optional<Named> named = read_master(replies->back());
  if (named) co_return std::move(*named);
  const bool is_refusal = replies->back().is_error();
  problem_ += is_refusal ? replies->back().text.view() : "it names no master";
  co_return Error::refused;
}

}  // namespace larder::redis
