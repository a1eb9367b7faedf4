#include "support/gate.hpp"
#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/shared_tier.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <thread>

/// The stale-store race: a response fetched before a purge and stored after it must not be served
/// (src/README.md, "Purge log").
namespace larder::test {

namespace {

using std::chrono::milliseconds;

/// A second instance sees a purge within 100 ms; the rest allows for a slow test machine.
const milliseconds seen_elsewhere = is_sanitized() ? milliseconds(2000) : milliseconds(500);

/// An origin with one value for all targets, incremented by writes. A read takes the value on arrival, and
/// may then be held at a gate: the slow response that carries an old value.
class Counter {
 public:
  OriginResponse answer(const OriginRequest& request) {
    if (request.method != "GET") return text(std::to_string(++value_));
    const std::string value = std::to_string(value_);
    if (Gate* gate = held_by_.exchange(nullptr)) gate->pass();
    return text(value);
  }

  /// The next read waits at the gate.
  void hold_next_read(Gate& gate) { held_by_ = &gate; }

 private:
  std::atomic<int> value_{0};
  std::atomic<Gate*> held_by_{nullptr};
};

struct Shared {
  Counter counter;
  Origin origin{[this](const OriginRequest& request) { return counter.answer(request); }};
};

/// Sends the request without waiting for the response.
Client begin_get(const Larder& larder, std::string_view target = "/a") {
  Client client = larder.client();
  client.send(client.head_text("GET", target));
  return client;
}

void check_race_on_one_instance(const Yaml& yaml, Counter& counter) {
  Larder larder(yaml);
  Client client = larder.client();
  Gate gate;
  counter.hold_next_read(gate);
  Client slow = begin_get(larder);
  gate.wait_for_arrivals(1);
  const std::string written = client.put("/a").body;
  CHECK(client.get("/a").body == written);  // does not join those that wait for the old response
  gate.open();
  CHECK(slow.receive().status == 200);
  for (int i = 0; i < 5; ++i) CHECK(client.get("/a").body == written);
  CHECK(eventually([&] { return cache_result(client.get("/a")) == "HIT"; }));
}

void check_slow_answer_alone(const Yaml& yaml, Counter& counter) {
  Larder larder(yaml);
  Client client = larder.client();
  Gate gate;
  counter.hold_next_read(gate);
  Client slow = begin_get(larder);
  gate.wait_for_arrivals(1);
  const std::string written = client.put("/a").body;
  gate.open();
  CHECK(slow.receive().body != written);
  CHECK(client.get("/a").body == written);
}

/// Readers and a writer on one instance: a read started after a write's response shows that write or a later
/// one, whatever happens in between.
void check_reads_follow_writes(
    const Larder& larder, int writes = 150, const std::function<void(int)>& before = [](int) {}) {
  std::atomic<int> written{0};
  std::atomic<bool> done{false};
  std::atomic<int> stale{0};
  std::atomic<int> reads{0};
  std::vector<std::jthread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      Client client = larder.client();
      while (!done) {
        const int at_least = written;
        if (std::stoi(client.get("/a").body) < at_least) ++stale;
        ++reads;
      }
    });
  }
  Client writer = larder.client();
  for (int i = 0; i < writes; ++i) {
    before(i);
    written = std::stoi(writer.put("/a").body);
    const int until = reads + 3;
    while (reads < until) std::this_thread::yield();
  }
  done = true;
  readers.clear();
  CHECK(stale == 0);
}

}  // namespace

TEST_CASE(
    "A GET started after a PUT's response shows the new value, even while an older GET is still running") {
  Shared shared;
  RedisServer redis;
  check_race_on_one_instance({.upstream = shared.origin.url()}, shared.counter);
  check_race_on_one_instance({.upstream = shared.origin.url(), .redis = redis.url()}, shared.counter);
}

TEST_CASE("A response fetched before a PUT and stored after it is not served") {
  Shared shared;
  RedisServer redis;
  check_slow_answer_alone({.upstream = shared.origin.url()}, shared.counter);
  check_slow_answer_alone({.upstream = shared.origin.url(), .redis = redis.url()}, shared.counter);
}

TEST_CASE("A response that a second instance fetched before a PUT is no longer served there soon after it") {
  Shared shared;
  RedisServer redis;
  const Yaml yaml{.upstream = shared.origin.url(), .redis = redis.url()};
  Larder first(yaml);
  Larder second(yaml);
  REQUIRE(uses(first, redis));
  REQUIRE(uses(second, redis));
  for (const bool comes_late : {false, true}) {
    CAPTURE(comes_late);
    const std::string target = comes_late ? "/late" : "/early";
    Gate gate;
    shared.counter.hold_next_read(gate);
    Client slow = begin_get(second, target);
    gate.wait_for_arrivals(1);
    const std::string written = first.client().put(target).body;
    const auto answered = std::chrono::steady_clock::now();
    if (comes_late) std::this_thread::sleep_until(answered + seen_elsewhere);
    gate.open();
    CHECK(slow.receive().status == 200);
    std::this_thread::sleep_until(answered + seen_elsewhere);
    CHECK(second.client().get(target).body == written);
    CHECK(first.client().get(target).body == written);
  }
}

TEST_CASE("What a second instance holds in memory is purged soon after a PUT on the first") {
  Shared shared;
  RedisServer redis;
  const Yaml yaml{.upstream = shared.origin.url(), .redis = redis.url()};
  Larder first(yaml);
  Larder second(yaml);
  REQUIRE(uses(first, redis));
  REQUIRE(uses(second, redis));
  Client reader = second.client();
  for (int i = 0; i < 3; ++i) {
    reader.get("/a");
    REQUIRE(cache_result(reader.get("/a")) == "HIT");
    const std::string written = first.client().put("/a").body;
    const auto answered = std::chrono::steady_clock::now();
    std::this_thread::sleep_until(answered + seen_elsewhere);
    CHECK(reader.get("/a").body == written);
  }
}

TEST_CASE("Under load every read shows the last completed write, in memory and over Redis") {
  Shared shared;
  RedisServer redis;
  check_reads_follow_writes(Larder(Yaml{.upstream = shared.origin.url()}));
  check_reads_follow_writes(Larder(Yaml{.upstream = shared.origin.url(), .redis = redis.url()}));
  check_reads_follow_writes(
      Larder(Yaml{.upstream = shared.origin.url(), .store = "  memory: 0\n", .redis = redis.url()}));
}

TEST_CASE("Under load every read shows the last completed write while Redis hangs, dies and comes back") {
  for (const std::string store : {"", "  memory: 0\n"}) {
    CAPTURE(store);
    Shared shared;
    RedisServer redis;
    const Larder larder(
        Yaml{.upstream = shared.origin.url(), .store = store, .redis = redis.url(), .redis_timeout = "50ms"});
    REQUIRE(uses(larder, redis));
    check_reads_follow_writes(larder, 200, [&](int write) {
      if (write == 40) redis.pause();
      if (write == 50) redis.resume();
      if (write == 90) redis.stop();
      if (write == 100) redis.restart();
      if (write == 140) redis.cli({"flushall"});
    });
    CHECK(uses(larder, redis));
  }
}

}  // namespace larder::test
