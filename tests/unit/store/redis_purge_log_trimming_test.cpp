#include "purge_log_fixture.hpp"

#include <larder/store/redis_purge_log.hpp>

#include <boost/asio/co_spawn.hpp>
#include <doctest/doctest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <exception>
#include <optional>
#include <sstream>
#include <thread>

namespace larder::redis_purge_log_trimming_test {

using larder::Milliseconds;
using larder::test::admits;
using larder::test::in_order;
using larder::test::Instance;
using larder::test::Kind;
using larder::test::log_settings;
using larder::test::product;
using larder::test::PurgeLogFixture;

namespace {

/// A loop that is not run is like a stopped process: its connections stay open.
struct TrimmingFixture : PurgeLogFixture {
  std::ostringstream said;
  TrimmingFixture() { log.sinks() = {std::make_shared<spdlog::sinks::ostream_sink_mt>(said)}; }

  int times_said(std::string_view words) const {
    int times = 0;
    const std::string all = said.str();
    for (std::size_t at = 0; (at = all.find(words, at)) != std::string::npos; ++at) ++times;
    return times;
  }
  void run_for(Milliseconds time) {
    run_until(
        [end = std::chrono::steady_clock::now() + time] { return std::chrono::steady_clock::now() > end; });
  }
  void add(const char* kind, const char* value) { server.cli({"XADD", "larder:purges", "*", kind, value}); }
};

constexpr auto gap_words = "was trimmed past";

}  // namespace

TEST_CASE_FIXTURE(TrimmingFixture,
                  "a log trimmed beyond a stopped instance's position purges everything there") {
  for (const std::string left : {"1", "0"}) {
    CAPTURE(left);
    server.cli({"DEL", "larder:purges"});
    Instance one(*this, log_settings(server.url()));
    REQUIRE(one.comes_into_step());
    run_for(Milliseconds{50});
    const auto response = one.fetch();
    // The first answers the waiting read; the second is never read.
    add("tag", "first");
    add("resource", "shop.example/products/7");
    add("tag", "last");
    server.cli({"XTRIM", "larder:purges", "MAXLEN", left});
    REQUIRE(run_until([&] { return !one->is_valid(*response); }));
    CHECK_FALSE(admits(*one, response));
    CHECK(run(one->catch_up()));
    const auto later = one.fetch();
    run_for(Milliseconds{1'500});
    CHECK(one->is_valid(*later));
    CHECK(admits(*one, later));
    CHECK(times_said(gap_words) == 1);
    said.str("");
  }
}

TEST_CASE_FIXTURE(TrimmingFixture, "a record deleted before an instance read it purges everything there") {
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  run_for(Milliseconds{50});
  const auto response = one.fetch();
  add("tag", "first");
  const std::string deleted =
      server.cli({"XADD", "larder:purges", "*", "resource", "shop.example/products/7"});
  add("tag", "last");
  server.cli({"XDEL", "larder:purges", deleted});
  REQUIRE(run_until([&] { return !one->is_valid(*response); }));
  CHECK_FALSE(admits(*one, response));
}

TEST_CASE_FIXTURE(TrimmingFixture, "a log trimmed up to what was read, or not at all, purges nothing") {
  Instance one(*this, log_settings(server.url()));
  REQUIRE(one.comes_into_step());
  one.purge({Kind::tag, "other"});
  const auto response = one.fetch();
  server.cli({"XTRIM", "larder:purges", "MAXLEN", "1"});
  add("tag", "first");
  add("tag", "second");
  REQUIRE(run_until([&] { return one->mark().position == last(); }));
  run_for(Milliseconds{1'200});
  CHECK(one->is_valid(*response));
  CHECK(admits(*one, response));
  CHECK(times_said(gap_words) == 0);
}

TEST_CASE_FIXTURE(TrimmingFixture, "a catch-up from before its caller was stopped counts as failed") {
  const auto settings = log_settings(server.url(), Milliseconds{500});
  Instance one(*this, settings);
  REQUIRE(one.comes_into_step());
  for (const bool stands_still : {false, true}) {
    boost::asio::io_context asker;
    std::optional<bool> knows;
    boost::asio::co_spawn(asker, one->catch_up(), [&](std::exception_ptr, bool known) { knows = known; });
    asker.poll();
    run_for(Milliseconds{50});  // answered
    if (stands_still) std::this_thread::sleep_for(settings.redis.timeout + Milliseconds{1'000});
    asker.run();
    CHECK(knows == !stands_still);
  }
}

TEST_CASE_FIXTURE(TrimmingFixture, "instances with different lifetimes say so once and trim by the longest") {
  auto settings = log_settings(server.url());
  settings.limits.max_lifetime = Milliseconds{1'000};
  Instance shorter(*this, settings);
  REQUIRE(shorter.comes_into_step());
  CHECK(in_order(stream(), {"marker", "max_lifetime\n1000\n"}));
  settings.limits.max_lifetime = Milliseconds{60'000};
  Instance longer(*this, settings);
  REQUIRE(longer.comes_into_step());
  REQUIRE(run_until([&] { return in_order(stream(), {"marker", "witness", "max_lifetime\n60000\n"}); }));
  REQUIRE(run_until([&] { return times_said("another larder") == 2; }));
  // Far more than the shorter one would keep.
  server.cli({"EVAL",
              "for i = 1, 5000 do redis.call('XADD', 'larder:purges', ARGV[1] + i .. '-0', 'tag', 't') end",
              "0", std::to_string(last().milliseconds)});
  REQUIRE(run_until([&] { return shorter->mark().position == last(); }));
  shorter.purge(product);
  CHECK(std::stoi(server.cli({"XLEN", "larder:purges"})) > 5'000);
  CHECK(in_order(stream(), {"marker"}));
  run_for(Milliseconds{100});
  CHECK(times_said("another larder") == 2);
}

}  // namespace larder::redis_purge_log_trimming_test
