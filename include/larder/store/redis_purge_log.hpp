#pragma once

#include <larder/base/clock.hpp>
#include <larder/base/log.hpp>
#include <larder/redis/redis.hpp>
#include <larder/store/purge_log.hpp>
#include <larder/store/purge_table.hpp>

#include <boost/asio/io_context.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::store {

/// The purge log as a Redis stream that every instance appends to and tails (src/README.md, "Purge log"). It
/// lives on one event loop and has two clients of its own there; everything but start() may be called from
/// any thread.
class RedisPurgeLog final : public PurgeLog {
 public:
  struct Settings {
    redis::Settings redis;                  ///< `timeout` is the deadline of append() too
    std::string key_prefix = "larder";      ///< the stream is `<key_prefix>:purges`
    PurgeTable::Limits limits;              ///< max_lifetime is also how far back the stream reaches
    std::uint64_t max_bytes = 64ull << 20;  ///< of the stream, roughly; past it its oldest records go
    bool origin_on_outage = false;          ///< `on_outage: origin`
    Milliseconds outage_ttl{5'000};
    unsigned wait_replicas = 0;        ///< that must have a purge before append() answers; 0: none
    Milliseconds wait_timeout{50};     ///< how long they are waited for at most
    std::size_t max_waiting = 10'000;  ///< records that wait for Redis; past it one purge of everything
    std::string instance;  ///< this instance, in the records' `by`; empty: host, process and a random part
  };

  RedisPurgeLog(boost::asio::io_context& loop, Settings settings, const Clock& clock, Log& log);
  ~RedisPurgeLog() override;
  RedisPurgeLog(const RedisPurgeLog&) = delete;
  RedisPurgeLog& operator=(const RedisPurgeLog&) = delete;

  /// Begins to connect, to read the stream and to write. On the loop, or before it runs.
  void start();

  /// Ends its coroutines, soon; append() then counts here alone. Call it while the loop still runs.
  void stop();

  Mark mark() const override;
  Verdict judge(const StoredResponse& response) const override;
  bool admit(Draft& response) const override;
  std::optional<Strength> names(const policy::TagsView& tags, const Since& since) const override;
  bool is_in_step() const override;
  bool follows(std::uint64_t node) const override;
  bool trusts_hits() const override;
  bool is_certain_since(Position born) const override;
  Task<bool> catch_up() override;
  Task<std::optional<Position>> append(PurgeBatch batch) override;
  std::size_t waiting() const override;

  const PurgeTable& table() const;

  /// One of its two clients, for metrics.
  struct ClientReport {
    std::string_view name;
    std::vector<redis::NodeReport> nodes;
  };

  /// Both clients; none after stop(). From any loop.
  Task<std::vector<ClientReport>> clients() const;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace larder::store
