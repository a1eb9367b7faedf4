#include "replication.hpp"

namespace larder::store {
namespace {

/// Without it every purge would take the whole timeout while replicas are missing.
constexpr Milliseconds rest_after_too_few{1'000};

}  // namespace

Replication::Replication(boost::asio::io_context& loop, PurgeStream stream, Settings settings,
                         std::function<void(bool)> heard)
    : stream_(std::move(stream)), settings_(settings), heard_(std::move(heard)), answered_(loop) {}

Task<> Replication::reach(redis::Link link) {
  if (settings_.replicas == 0) co_return;
  const std::uint64_t ours = ++written_;
  while (replicated_ < ours && std::chrono::steady_clock::now() >= again_) {
    if (!is_asking_) {
      co_await ask(link);
      continue;
    }
    co_await answered_.async_wait(awaiting);
  }
}

/// WAIT is about what was written over its own connection: over another one its answer means nothing.
Task<> Replication::ask(redis::Link link) {
  const std::uint64_t written = written_;
  is_asking_ = true;
  // The waiting ones are woken by the end of this, which has a deadline of its own.
  answered_.expires_at(SteadyTime::max());
  const Result<std::int64_t> count = co_await stream_.wait(settings_.replicas, settings_.timeout);
  is_asking_ = false;
  const bool is_enough = count && *count >= settings_.replicas && stream_.link() == link;
  if (is_enough) {
    replicated_ = written;
  } else {
    again_ = std::chrono::steady_clock::now() + rest_after_too_few;
  }
  heard_(is_enough);
  answered_.cancel();
}

}  // namespace larder::store
