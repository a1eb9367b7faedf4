#include "purge_end.hpp"
#include "purge_groups.hpp"
#include "purge_tail.hpp"
#include "purge_writer.hpp"

#include <larder/base/units.hpp>
#include <larder/store/redis_purge_log.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <random>
#include <unistd.h>

namespace larder::store {
namespace {

/// Beyond block and command timeout: a busy Redis may answer a waiting read a little late.
constexpr Milliseconds block_grace{500};
constexpr Milliseconds longest_block{1'000};
/// An answer that comes this long after its deadline came to a process that stood still: it tells of the time
/// before that.
constexpr Milliseconds stood_still{1'000};

std::string name_this_instance() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  std::random_device device;
  return std::string(host.data()) + ':' + std::to_string(::getpid()) + ':' +
         std::to_string(device() % 100'000);
}

/// With `on_outage: origin` silence must be noticed before `outage_ttl`.
Milliseconds block_of(const RedisPurgeLog::Settings& settings) {
  if (!settings.origin_on_outage) return longest_block;
  return std::clamp(settings.outage_ttl / 4, Milliseconds{10}, longest_block);
}

RedisPurgeLog::Settings with_instance(RedisPurgeLog::Settings settings) {
  if (settings.instance.empty()) settings.instance = name_this_instance();
  return settings;
}

}  // namespace

/// Kept alive by its coroutines until they have ended.
class RedisPurgeLog::State : public std::enable_shared_from_this<State> {
 public:
  State(boost::asio::io_context& loop, Settings settings, const Clock& clock, Log& log)
      : loop_(loop),
        settings_(with_instance(std::move(settings))),
        clock_(clock),
        log_(log),
        table_(settings_.limits),
        tail_client_(redis::make_redis(loop, settings_.redis, log)),
        writer_client_(redis::make_redis(loop, settings_.redis, log)),
        tail_(loop, stream_over(*tail_client_), table_, clock, log, tail_settings(),
              [this] { update_step(); }),
        replication_(loop, stream_over(*writer_client_), {settings_.wait_replicas, settings_.wait_timeout},
                     [this](bool is_enough) { report_replication(is_enough); }),
        writer_(loop, stream_over(*writer_client_), tail_, table_, replication_, writer_settings(),
                [this] { update_step(); }),
        groups_(loop, [this](PurgeRecord record) { return write(std::move(record)); }),
        end_(loop, stream_over(*writer_client_), tail_, settings_.redis.timeout) {}

  void start() {
    boost::asio::post(loop_, [self = shared_from_this()] {
      if (self->is_stopped_) return;
      self->tail_client_->start();
      self->writer_client_->start();
      boost::asio::co_spawn(self->loop_, run_tail(self), boost::asio::detached);
      boost::asio::co_spawn(self->loop_, run_writer(self), boost::asio::detached);
      boost::asio::co_spawn(self->loop_, run_end(self), boost::asio::detached);
    });
  }

  void stop() {
    if (is_stopped_.exchange(true)) return;
    is_in_step_ = false;
    boost::asio::post(loop_, [self = shared_from_this()] {
      self->tail_.stop();
      self->writer_.stop();
      self->end_.stop();
      self->tail_client_->stop();
      self->writer_client_->stop();
    });
  }

  static Task<std::optional<Position>> append(std::shared_ptr<State> self, PurgeRecord record) {
    co_return co_await self->groups_.append(self, std::move(record));
  }

  static Task<bool> catch_up(std::shared_ptr<State> self) { co_return co_await self->end_.reach(); }

  static Task<std::vector<ClientReport>> clients(std::shared_ptr<State> self) {
    std::vector<ClientReport> reports;
    reports.push_back({"purge log tail", self->tail_client_->nodes()});
    reports.push_back({"purge log writer", self->writer_client_->nodes()});
    co_return reports;
  }

  bool trusts_hits() const { return !settings_.origin_on_outage || tail_.silence() <= settings_.outage_ttl; }

  boost::asio::io_context& loop() { return loop_; }
  Time now() const { return clock_.now(); }
  Milliseconds timeout() const { return settings_.redis.timeout; }
  PurgeTable& table() { return table_; }
  const PurgeTable& table() const { return table_; }
  const PurgeWriter& writer() const { return writer_; }
  bool is_stopped() const { return is_stopped_; }
  bool is_in_step() const { return is_in_step_; }
  bool follows(std::uint64_t node) const { return node != 0 && node == followed_; }

 private:
  Task<std::optional<Position>> write(PurgeRecord record) {
    co_return co_await writer_.append(std::move(record), is_in_step_);
  }

  static Task<> run_tail(std::shared_ptr<State> self) { co_await self->tail_.run(); }
  static Task<> run_end(std::shared_ptr<State> self) { co_await self->end_.run(); }
  static Task<> run_writer(std::shared_ptr<State> self) { co_await self->writer_.run(); }

  PurgeStream stream_over(redis::Redis& redis) {
    return PurgeStream(redis, purge_log_name(settings_.key_prefix),
                       Author{settings_.instance, settings_.limits.max_lifetime});
  }

  /// Logged once, and once more when it is over.
  void report_replication(bool is_enough) {
    if (is_enough != is_replication_short_) return;
    is_replication_short_ = !is_enough;
    if (is_enough) {
      log_.info("purges are on {} again before they are answered",
                counted(settings_.wait_replicas, "replica"));
    } else {
      log_.warn("purges are not on {} within {}: a master lost now may lose the last of them",
                counted(settings_.wait_replicas, "replica"), format_duration(settings_.wait_timeout));
    }
  }

  PurgeTail::Settings tail_settings() const {
    const Milliseconds block = block_of(settings_);
    return {block, block + settings_.redis.timeout + block_grace, settings_.limits.max_lifetime,
            settings_.max_bytes};
  }

  PurgeWriter::Settings writer_settings() const { return {settings_.redis.timeout, settings_.max_waiting}; }

  /// In step: this instance knows the log to its end, and the log knows all of this instance's purges.
  void update_step() {
    const bool in_step = !is_stopped_ && tail_.is_ready() && writer_.is_empty();
    followed_ = tail_.node();
    if (is_in_step_.exchange(in_step) == in_step) return;
    if (in_step) {
      log_.debug("purge log in step at {}", tail_.position().text());
    } else if (!is_stopped_) {
      log_.debug(
          "purge log out of step: responses in Redis are left alone, purges count here and wait for Redis");
    }
  }

  boost::asio::io_context& loop_;
  const Settings settings_;
  const Clock& clock_;
  Log& log_;
  PurgeTable table_;
  std::unique_ptr<redis::Redis> tail_client_;
  std::unique_ptr<redis::Redis> writer_client_;
  PurgeTail tail_;
  Replication replication_;
  PurgeWriter writer_;
  PurgeGroups groups_;
  PurgeEnd end_;
  std::atomic<std::uint64_t> followed_{0};  // the node with the log that the tail follows; 0: none
  bool is_replication_short_ = false;
  std::atomic<bool> is_in_step_{false};
  std::atomic<bool> is_stopped_{false};
};

RedisPurgeLog::RedisPurgeLog(boost::asio::io_context& loop, Settings settings, const Clock& clock, Log& log)
    : state_(std::make_shared<State>(loop, std::move(settings), clock, log)) {}

RedisPurgeLog::~RedisPurgeLog() {
  stop();
}

void RedisPurgeLog::start() {
  state_->start();
}

void RedisPurgeLog::stop() {
  state_->stop();
}

PurgeLog::Mark RedisPurgeLog::mark() const {
  return state_->table().mark();
}

Verdict RedisPurgeLog::judge(const StoredResponse& response) const {
  return state_->table().judge(response);
}

bool RedisPurgeLog::admit(Draft& response) const {
  return state_->table().admit(response);
}

std::optional<Strength> RedisPurgeLog::names(const policy::TagsView& tags, const Since& since) const {
  return state_->table().names(tags, since);
}

bool RedisPurgeLog::is_in_step() const {
  return state_->is_in_step();
}

bool RedisPurgeLog::follows(std::uint64_t node) const {
  return state_->follows(node);
}

bool RedisPurgeLog::trusts_hits() const {
  return state_->trusts_hits();
}

bool RedisPurgeLog::is_certain_since(Position born) const {
  return state_->table().is_certain_since(born);
}

Task<bool> RedisPurgeLog::catch_up() {
  const std::shared_ptr<State> state = state_;
  if (!state->is_in_step()) co_return false;
  const SteadyTime asked = std::chrono::steady_clock::now();
  const bool is_reached =
      co_await boost::asio::co_spawn(state->loop(), State::catch_up(state), boost::asio::use_awaitable);
  const bool has_stood_still = std::chrono::steady_clock::now() - asked > state->timeout() + stood_still;
  if (has_stood_still) co_return false;
  co_return is_reached;
}

Task<std::optional<Position>> RedisPurgeLog::append(PurgeBatch batch) {
  if (batch.purges.empty()) co_return std::nullopt;
  const std::shared_ptr<State> state = state_;
  PurgeRecord record{std::move(batch), state->now()};
  if (state->is_stopped()) {
    record.apply_to(state->table(), std::nullopt);
    co_return std::nullopt;
  }
  // Goes over to the log's loop, and comes back to the caller's.
  co_return co_await boost::asio::co_spawn(state->loop(), State::append(state, std::move(record)),
                                           boost::asio::use_awaitable);
}

Task<std::vector<RedisPurgeLog::ClientReport>> RedisPurgeLog::clients() const {
  const std::shared_ptr<State> state = state_;
  if (state->is_stopped()) co_return std::vector<ClientReport>{};
  co_return co_await boost::asio::co_spawn(state->loop(), State::clients(state), boost::asio::use_awaitable);
}

const PurgeTable& RedisPurgeLog::table() const {
  return state_->table();
}

std::size_t RedisPurgeLog::waiting() const {
  return state_->writer().waiting();
}

}  // namespace larder::store
