#include "support/gate.hpp"
#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/shared_tier.hpp"
#include "support/wait.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <map>
#include <mutex>

/// Purges while fills run, on two instances with one Redis: a request after the purge's response never gets
/// the old content. LARDER_REPETITIONS says how often each order is tried (25).
namespace larder::test {

namespace {

using Clock = std::chrono::steady_clock;

int repetitions() {
  const char* const said = std::getenv("LARDER_REPETITIONS");
  return said == nullptr ? 25 : std::stoi(said);
}

/// A value for each target, incremented by writes. A read takes it on arrival; the first read of each target,
/// and the first write, may then be held at a gate.
class Counter {
 public:
  OriginResponse answer(const OriginRequest& request) {
    const bool is_read = request.method == "GET";
    Gate* gate = nullptr;
    std::string value;
    {
      const std::lock_guard lock(mutex_);
      int& kept = values_[request.target];
      if (!is_read) ++kept;
      value = std::to_string(kept);
      gate = std::exchange((is_read ? reads_ : writes_)[request.target], nullptr);
    }
    if (gate != nullptr) gate->pass();
    return text(value);
  }

  void hold_read(const std::string& target, Gate& gate) {
    const std::lock_guard lock(mutex_);
    reads_[target] = &gate;
  }
  void hold_write(const std::string& target, Gate& gate) {
    const std::lock_guard lock(mutex_);
    writes_[target] = &gate;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, int> values_;
  std::map<std::string, Gate*> reads_;
  std::map<std::string, Gate*> writes_;
};

struct Pair {
  Counter counter;
  RedisServer redis;
  Origin origin{[this](const OriginRequest& request) { return counter.answer(request); }};
  std::array<ReservedPort, 2> admin;
  Larder first{yaml(0)};
  Larder second{yaml(1)};
  std::chrono::milliseconds longest_lag{0};

  Pair() {
    REQUIRE(uses(first, redis));
    REQUIRE(uses(second, redis));
  }

  Yaml yaml(std::size_t i) const {
    return {.upstream = origin.url(),
            .redis = redis.url(),
            .rest = "admin: {listen: \"127.0.0.1:" + std::to_string(admin[i].number()) + "\"}\n"};
  }

  /// How many purges each instance knows.
  std::array<std::int64_t, 2> known() const {
    std::array<std::int64_t, 2> counts{};
    for (std::size_t i = 0; i < counts.size(); ++i) {
      const Response stats = Client(admin[i].number(), "localhost").get("/stats");
      counts[i] = boost::json::parse(stats.body).at("purge_log").at("sequence").as_int64();
    }
    return counts;
  }

  /// Waits, after a purge's response, until both know one more.
  bool both_know(const std::array<std::int64_t, 2>& before) {
    const auto answered = Clock::now();
    const bool know = eventually([&] {
      const std::array<std::int64_t, 2> now = known();
      return now[0] > before[0] && now[1] > before[1];
    });
    const auto lag = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - answered);
    longest_lag = std::max(longest_lag, lag);
    return know;
  }

  /// Both have only the new value.
  bool both_say(const std::string& target) const {
    return first.client().get(target).body == "1" && second.client().get(target).body == "1";
  }
};

Client begin(const Larder& larder, std::string_view method, const std::string& target) {
  Client client = larder.client();
  client.send(client.head_text(method, target, method == "GET" ? Fields{} : Fields{{"Content-Length", "0"}}));
  return client;
}

}  // namespace

TEST_CASE("A fill that is running when its URL is purged delivers no old body after the purge's response") {
  Pair pair;
  int old = 0;
  for (int i = 0; i < repetitions(); ++i) {
    const std::string target = "/purged-first/" + std::to_string(i);
    Larder& fills = i % 2 == 0 ? pair.first : pair.second;
    Larder& purges = i % 4 < 2 ? pair.first : pair.second;
    Gate gate;
    pair.counter.hold_read(target, gate);
    Client slow = begin(fills, "GET", target);
    gate.wait_for_arrivals(1);
    Client follower = begin(purges, "GET", target);
    const auto before = pair.known();
    purges.client().put(target, "");
    if (purges.client().get(target).body != "1") ++old;
    REQUIRE(pair.both_know(before));
    if (!pair.both_say(target)) ++old;
    gate.open();
    slow.receive();
    follower.receive();
    if (!pair.both_say(target)) ++old;
  }
  CHECK(old == 0);
  MESSAGE(repetitions() << " purges while a fill was running, " << old
                        << " old bodies after the answer; both knew of the purge " << pair.longest_lag.count()
                        << " ms after it at most");
}

TEST_CASE("A fill that ends during a purge of its URL delivers no old body after the purge's response") {
  Pair pair;
  int old = 0;
  for (int i = 0; i < repetitions(); ++i) {
    const std::string target = "/filled-first/" + std::to_string(i);
    Larder& fills = i % 2 == 0 ? pair.first : pair.second;
    Larder& purges = i % 4 < 2 ? pair.first : pair.second;
    Gate read_gate;
    Gate write_gate;
    pair.counter.hold_read(target, read_gate);
    pair.counter.hold_write(target, write_gate);
    Client slow = begin(fills, "GET", target);
    read_gate.wait_for_arrivals(1);
    Client write = begin(purges, "PUT", target);
    write_gate.wait_for_arrivals(1);
    Client follower = begin(purges, "GET", target);
    // The responses to the fill and to the write race through larder.
    read_gate.open();
    if (i % 3 != 0) slow.receive();
    const auto before = pair.known();
    write_gate.open();
    write.receive("PUT");
    if (purges.client().get(target).body != "1") ++old;
    REQUIRE(pair.both_know(before));
    if (!pair.both_say(target)) ++old;
    if (i % 3 == 0) slow.receive();
    follower.receive();
  }
  CHECK(old == 0);
  MESSAGE(repetitions() << " fills that ended during a purge, " << old
                        << " old bodies after the answer; both knew of the purge " << pair.longest_lag.count()
                        << " ms after it at most");
}

}  // namespace larder::test
