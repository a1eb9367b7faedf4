#include "connection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/defer.hpp>
#include <boost/asio/detached.hpp>

#include <span>
#include <vector>

namespace larder::redis {

namespace asio = boost::asio;

namespace {

// Measured (src/README.md, "Redis"): small reads for small replies, large ones once a large reply has begun;
// 64 KiB always would halve the throughput of small values.
constexpr std::size_t small_read = 16 * 1024;
constexpr std::size_t large_read = 256 * 1024;

// A deadline noticed later than this was missed by our own loop, which was busy or suspended: replies may lie
// unread in the socket, so the reader gets this long to fetch them before Redis is said to hang.
constexpr Milliseconds grace{5};

}  // namespace

Connection::Connection(asio::io_context& loop, std::unique_ptr<net::Stream> stream, const Settings& settings,
                       std::shared_ptr<Counters> counters, std::uint64_t node)
    : loop_(loop),
      stream_(std::move(stream)),
      counters_(std::move(counters)),
      node_(node),
      pipeline_({settings.max_queued, settings.max_queued_bytes, settings.max_reply_bytes}),
      to_write_(loop),
      deadline_timer_(loop) {}

Task<std::string> Connection::serve() {
  asio::co_spawn(loop_, write_all(shared_from_this()), asio::detached);
  co_await read_all();
  co_return reason_;
}

void Connection::submit(const Command& command, SteadyTime deadline, bool asking, Caller caller) {
  pipeline_.push(command, deadline, {std::move(caller), std::chrono::steady_clock::now()}, asking);
  counters_->commands += 1;
  to_write_.notify();
  watch_deadline();
}

void Connection::close(Error error, std::string reason) {
  if (!open_) return;
  open_ = false;
  reason_ = std::move(reason);
  stream_->close();
  deadline_timer_.cancel();
  to_write_.notify();
  (error == Error::timeout ? counters_->timeouts : counters_->failures) += pipeline_.waiting();
  Commands::Answers answers;
  pipeline_.fail_all(error, answers);
  deliver(std::move(answers));
}

Task<> Connection::write_all(std::shared_ptr<Connection> self) {
  while (self->open_) {
    if (!self->pipeline_.has_unwritten()) {
      co_await self->to_write_.wait();
      continue;
    }
    const Batch& batch = self->pipeline_.begin_write();
    const std::vector<std::string_view> parts = batch.parts();
    const Result<> written = co_await self->stream_->write(parts);
    if (written) {
      self->counters_->bytes_sent += batch.size();
    } else {
      self->close(Error::closed, "write: " + written.error().message());
    }
    self->pipeline_.end_write();
  }
}

Task<> Connection::read_all() {
  // Pages of it that no large reply has touched cost nothing.
  const auto buffer = std::make_unique_for_overwrite<char[]>(large_read);
  while (open_) {
    const std::size_t size = pipeline_.buffered() < small_read ? small_read : large_read;
    const Result<std::size_t> read = co_await stream_->read_some(std::span(buffer.get(), size));
    if (!open_) co_return;
    if (!read) {
      close(Error::closed, "read: " + read.error().message());
      co_return;
    }
    counters_->bytes_received += *read;
    Commands::Answers answers;
    const Result<> received = pipeline_.receive({buffer.get(), *read}, answers);
    count(answers);
    deliver(std::move(answers));
    if (!received) close(Error::closed, "reply: " + received.error().message());
    watch_deadline();
  }
}

void Connection::count(const Commands::Answers& answers) {
  if (answers.empty()) return;
  const SteadyTime now = std::chrono::steady_clock::now();
  for (const Commands::Answer& answer : answers) {
    counters_->latencies.add(now - answer.waiter.since);
    if (answer.result->is_error()) counters_->errors += 1;
  }
}

/// In a later turn, so that a resumed caller never runs inside the reader; in order, and in one turn, so that
/// what all of them ask next leaves in one write.
void Connection::deliver(Commands::Answers answers) {
  if (answers.empty()) return;
  asio::defer(loop_, [answers = std::move(answers)]() mutable {
    for (Commands::Answer& answer : answers) answer.waiter.caller(std::move(answer.result));
  });
}

/// Sees to it that the timer wakes no later than the oldest deadline. It is not moved to a later one: with
/// equal timeouts it wakes once a timeout, however many commands pass.
void Connection::watch_deadline() {
  const std::optional<SteadyTime> oldest = pipeline_.oldest_deadline();
  if (open_ && oldest && *oldest < armed_until_ && !grace_given_) arm(*oldest);
}

void Connection::arm(SteadyTime time) {
  armed_until_ = time;
  deadline_timer_.expires_at(time);
  deadline_timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (!error && self->open_) self->check_deadline();
  });
}

void Connection::check_deadline() {
  armed_until_ = SteadyTime::max();
  const std::optional<SteadyTime> oldest = pipeline_.oldest_deadline();
  const SteadyTime now = std::chrono::steady_clock::now();
  if (!oldest || *oldest > now) {
    grace_given_ = false;
    watch_deadline();
  } else if (now - *oldest > grace && !grace_given_) {
    grace_given_ = true;
    arm(now + grace);
  } else {
    close(Error::timeout, "no reply within the deadline");
  }
}

}  // namespace larder::redis
