// The cost of purges when much is stored. tests/bench/purges/run builds and runs it.
#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/redis_server.hpp"
#include "support/reserved_port.hpp"
#include "support/shared_tier.hpp"
#include "support/wait.hpp"

#include <larder/store/redis_purge_log.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>
#include <spdlog/sinks/null_sink.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <thread>

namespace larder::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int tagged = 10'000;
constexpr int others = 990'000;
constexpr int purges = 1'000'000;

double milliseconds_since(Clock::time_point from) {
  return std::chrono::duration<double, std::milli>(Clock::now() - from).count();
}

std::uint64_t figure(const RedisServer& redis, const std::string& section, const std::string& name) {
  const std::string info = redis.cli({"INFO", section});
  const std::size_t at = info.find(name + ":");
  return at == std::string::npos ? 0 : std::stoull(info.substr(at + name.size() + 1));
}

double mebibytes(std::uint64_t bytes) {
  return static_cast<double>(bytes) / (1 << 20);
}

std::uint64_t resident(Larder& larder) {
  std::ifstream file("/proc/" + std::to_string(larder.process().pid()) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("VmRSS:")) return std::stoull(line.substr(6)) * 1024;
  }
  return 0;
}

/// One larder with an admin API on one Redis.
struct Bench {
  explicit Bench(const std::string& store) {
    Yaml yaml{.upstream = origin.url(), .routes = "  - {match: /**, ttl: 1h}\n", .store = store};
    yaml.redis = redis.url();
    yaml.rest = "threads: 1\nadmin: {listen: \"" + port.address() + "\"}\n";
    larder.emplace(yaml);
    REQUIRE(uses(*larder, redis));
  }
  Client admin() const { return Client(port.number(), "localhost"); }

  Origin origin{[](const OriginRequest& request) {
    OriginResponse response = text(std::string(200, 'x'));
    return request.target.starts_with("/tagged/") ? response.with("Cache-Tag", "big") : response;
  }};
  RedisServer redis;
  ReservedPort port;
  std::optional<Larder> larder;
};

/// Stores dummy values under real names: a purge does not look at entries.
void fill(const RedisServer& redis) {
  constexpr int at_once = 9'900;
  for (int from = 0; from < others; from += at_once) {
    redis.cli({"EVAL",
               "for i = ARGV[1], ARGV[1] + ARGV[2] - 1 do redis.call('SET', "
               "'larder:r:GET:http://other.test/' .. i, "
               "string.rep('x', 450), 'PX', 3600000) end",
               "0", std::to_string(from), std::to_string(at_once)});
  }
}

/// Appends purges of distinct tags like a larder, many at a time.
void purge_distinct_tags(const RedisServer& redis, Milliseconds max_lifetime) {
  boost::asio::io_context loop{1};
  SystemClock clock;
  Log log{"bench", std::make_shared<spdlog::sinks::null_sink_mt>()};
  store::RedisPurgeLog::Settings settings;
  settings.redis = *redis::parse_url(redis.url());
  settings.redis.timeout = Seconds{10};
  settings.limits.max_lifetime = max_lifetime;
  store::RedisPurgeLog purge_log(loop, settings, clock, log);
  purge_log.start();
  int next = 0;
  int done = 0;
  const auto purge = [](store::RedisPurgeLog& into, int& from, int& count) -> Task<> {
    while (from < purges) {
      store::PurgeBatch batch;
      batch.purges = {{policy::Purge::Kind::tag, "product:" + std::to_string(from++)}};
      co_await into.append(std::move(batch));
      ++count;
    }
  };
  while (!purge_log.is_in_step()) loop.run_one_for(Milliseconds{10});
  for (int i = 0; i < 256; ++i) {
    boost::asio::co_spawn(loop, purge(purge_log, next, done), boost::asio::detached);
  }
  while (done < purges) loop.run_one_for(Milliseconds{100});
  purge_log.stop();
  loop.run_for(Seconds{2});
}

void report_distinct_tags(const std::string& store, Milliseconds max_lifetime) {
  Bench bench(store);
  const std::uint64_t before = figure(bench.redis, "memory", "used_memory");
  const std::uint64_t larder_before = resident(*bench.larder);
  const auto began = Clock::now();
  purge_distinct_tags(bench.redis, max_lifetime);
  std::cout << purges << " purges of distinct tags in " << milliseconds_since(began) / 1'000
            << " s, retention " << max_lifetime.count() / 1'000
            << " s: " << bench.redis.cli({"XLEN", "larder:purges"}) << " records in the log, "
            << mebibytes(figure(bench.redis, "memory", "used_memory") - before) << " MiB of Redis, "
            << mebibytes(resident(*bench.larder) - larder_before) << " MiB of a larder that tails it\n";
  if (max_lifetime > Seconds{60}) return;
  std::this_thread::sleep_for(2 * max_lifetime);
  for (int i = 0; i < 100; ++i)
    bench.admin().request("POST", "/purge", {{"Content-Type", "application/json"}},
                          std::string(R"({"tag": "last"})"));
  std::cout << "after another " << 2 * max_lifetime.count() / 1'000
            << " s and a hundred purges (each trims 10,000 at most): "
            << bench.redis.cli({"XLEN", "larder:purges"}) << " records, "
            << mebibytes(figure(bench.redis, "memory", "used_memory") - before) << " MiB of Redis, "
            << mebibytes(resident(*bench.larder) - larder_before) << " MiB of larder\n";
}

}  // namespace

TEST_CASE("A purge of a tag that 10,000 of 1,000,000 entries carry") {
  Bench bench("");
  Client client = bench.larder->client();
  for (int i = 0; i < tagged; ++i) client.get("/tagged/" + std::to_string(i));
  client.get("/untagged");
  fill(bench.redis);
  std::cout << bench.redis.cli({"DBSIZE"}) << " names in Redis, "
            << mebibytes(figure(bench.redis, "memory", "used_memory")) << " MiB\n";
  Client admin = bench.admin();
  // Filling kept Redis from answering for a while.
  REQUIRE(eventually([&] { return admin.get("/stats").body.find("\"in_step\":true") != std::string::npos; }));
  bench.redis.cli({"CONFIG", "RESETSTAT"});
  std::vector<double> times;
  for (int i = 0; i < 200; ++i) {
    const auto began = Clock::now();
    const Response response = admin.request("POST", "/purge", {{"Content-Type", "application/json"}},
                                            std::string(R"({"tag": "big"})"));
    times.push_back(milliseconds_since(began));
    REQUIRE(response.status == 200);
    if (i != 0) continue;
    std::cout << "the first purge took " << times.front() << " ms; Redis counts\n"
              << bench.redis.cli({"INFO", "commandstats"}) << "\n";
  }
  std::ranges::sort(times);
  std::cout << "200 purges over the admin API: p50 " << times[100] << " ms, p99 " << times[198] << " ms, max "
            << times.back() << " ms\n";
  for (int i = 0; i < tagged; i += 10) {
    REQUIRE(cache_result(client.get("/tagged/" + std::to_string(i))) == "MISS");
  }
  CHECK(cache_result(client.get("/untagged")) == "HIT");
}

TEST_CASE("A million purges of distinct tags") {
  report_distinct_tags("", Seconds{86'400});
  report_distinct_tags("  max_lifetime: 5s\n", Seconds{5});
}

}  // namespace larder::test
