#pragma once

#include "fake_redis.hpp"
#include "support/manual_clock.hpp"
#include "support/run_task.hpp"

#include <larder/cache/cache_handler.hpp>
#include <larder/store/memory_purge_log.hpp>
#include <larder/store/memory_store.hpp>
#include <larder/store/tiered_store.hpp>

#include <functional>
#include <future>
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

namespace larder::test {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// The fake origin's response.
struct Answer {
  int status = 200;
  Fields fields;
  std::string content;
  bool cut_short = false;  ///< the content ends with an error
  bool has_length = true;  ///< the content's length is announced
};

/// An origin that gives the test's responses, in pieces, and remembers the requests.
class FakeOrigin final : public pipeline::Handler {
 public:
  Task<Result<pipeline::Response>> handle(pipeline::Request& request) override;

  std::function<Answer(const pipeline::Request&)> answer;
  std::vector<http::RequestHead> asked;
  boost::system::error_code failure;  ///< if set, it answers with this
  bool holds = false;                 ///< the second half of content comes when this ends
  bool takes_all = true;              ///< the request is sent to it whole
  bool waits = false;                 ///< answers only after finish_behind(), or when another request comes
};

/// What a client sees.
struct Seen {
  int status = 0;
  std::string cache;    ///< X-Cache
  std::string content;  ///< as far as it came
  bool whole = true;
  http::FieldList fields;
  std::optional<std::uint64_t> described_length;
  bool at_once = false;  ///< answered without waiting, with the same response as with waiting

  /// `HIT 200 content`: a line of the dialogue.
  std::string line() const { return cache + " " + std::to_string(status) + " " + content; }
};

/// A purge log that can be told not to know every purge, and to get a purge from elsewhere while it appends.
class TestLog final : public store::PurgeLog {
 public:
  explicit TestLog(const Clock& clock) : log_(clock, {}) {}

  Mark mark() const override { return log_.mark(); }
  store::Verdict judge(const store::StoredResponse& response) const override { return log_.judge(response); }
  bool admit(store::Draft& response) const override { return log_.admit(response); }
  std::optional<store::Strength> names(const policy::TagsView& tags,
                                       const store::Since& since) const override {
    return log_.names(tags, since);
  }
  bool is_in_step() const override { return true; }
  bool trusts_hits() const override { return is_trusted; }
  bool is_certain_since(store::Position) const override { return is_certain; }
  Task<bool> catch_up() override { co_return knows_all; }
  Task<std::optional<store::Position>> append(store::PurgeBatch batch) override {
    if (another) co_await log_.append({.purges = {*another}, .why = "another instance"});
    const std::optional<store::Position> position = co_await log_.append(std::move(batch));
    co_return position;
  }

  bool is_trusted = true;                  ///< trusts_hits()
  bool knows_all = true;                   ///< catch_up()
  bool is_certain = true;                  ///< is_certain_since()
  std::optional<policy::Purge> another{};  ///< comes before what is appended

 private:
  store::MemoryPurgeLog log_;
};

/// Where responses are stored.
enum class Tier {
  memory,
  redis,  ///< alone: `memory: 0`
};

/// What LARDER_TEST_MEMORY=0 in the environment asks for: all scenarios run on each tier.
Tier tier_of_this_run();

/// A dialogue between clients, larder and its origin, in which time passes only when told to.
class Scenario {
 public:
  explicit Scenario(std::vector<policy::Route> routes = {},
                    const std::map<std::string, cache::Protection>& upstreams = {},
                    Tier tier = tier_of_this_run());

  /// Routes in place of those, while no request is running.
  void use(std::vector<policy::Route> routes);

  Seen ask(std::string method, std::string path, Fields fields = {}, std::string content = {});

  /// Starts a request, and lets everything run until all wait for the origin.
  std::future<Seen> begin(std::string path, Fields fields = {}, std::string method = "GET");

  /// Makes the origin answer, and go on.
  Seen finish(std::future<Seen>& begun);

  /// Starts a request and disconnects once the head has come.
  void ask_and_leave(std::string path);

  /// Lets background fills finish.
  void finish_behind();

  /// Ends them, however far they are.
  void stop();

  Seen get(std::string path, Fields fields = {}) { return ask("GET", std::move(path), std::move(fields)); }

  /// From now on the origin gives this response.
  void origin_says(Answer answer) {
    origin.answer = [answer](const pipeline::Request&) { return answer; };
  }

  cache::FillCoordinator coordinator;  ///< outlives what the loop leaves undone, as in the program
  boost::asio::io_context loop;
  ManualClock clock;
  FakeOrigin origin;
  store::MemoryTier memory{16u << 20, 1u << 20};
  TestLog log{clock};
  FakeRedis redis{clock};
  store::RedisTier redis_tier{redis, log, clock, {.max_used_memory = 100}};
  store::MemoryStore memory_store{memory, log};
  store::TieredStore redis_store{nullptr, &redis_tier, log, clock};
  const Tier tier;
  store::Store& store;
  std::shared_ptr<cache::Settings> shared_settings = std::make_shared<cache::Settings>();
  cache::Settings& settings = *shared_settings;
  cache::CacheHandler handler{shared_settings, store, log, origin, clock, coordinator};
};

/// A route with a ttl; more is set by the test.
policy::Route route(std::string_view match, Milliseconds ttl);

}  // namespace larder::test
