#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/reserved_port.hpp"
#include "support/shared_tier.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

/// Warming on a schedule, by the real clock: a turn comes at every full minute, so this takes up to a minute.
namespace larder::test {

namespace {

OriginResponse with_a_short_one(const OriginRequest& request) {
  OriginResponse response = numbered(request);
  if (request.target == "/api/short") response.fields.add("Cache-Control", "max-age=50");
  return response;
}

std::int64_t second_of_minute() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::floor<std::chrono::seconds>(now).count() % 60;
}

/// A larder with its own admin port, on a shared Redis.
struct Scheduled {
  Scheduled(const Origin& origin, const RedisServer& redis)
      : larder(Yaml{.upstream = origin.url(),
                    .routes =
                        "  - {match: /api/**, ttl: 1h, warm: {site: \"http://shop.test\", urls: [/api/long, "
                        "/api/short], at_start: false, schedule: \"* * * * *\"}}\n",
                    .redis = redis.url(),
                    .rest = "admin: {listen: \"" + admin.address() + "\"}\n"}) {}

  /// When its next turn comes, according to /stats.
  std::string next() const {
    const std::string stats = Client(admin.number(), "localhost").get("/stats").body;
    const std::size_t at = stats.find("\"next\":");
    return at == std::string::npos ? "" : stats.substr(at, stats.find_first_of(",}", at) - at);
  }

  ReservedPort admin;
  Larder larder;
};

}  // namespace

TEST_CASE("one of two larders takes a turn: what expires before the next turn is fetched again, for both") {
  constexpr std::chrono::seconds a_turn{90};
  // Everything before the turn must have enough time.
  REQUIRE(eventually([] { return second_of_minute() < 45; }, a_turn));
  Origin origin(with_a_short_one);
  RedisServer redis;
  Scheduled first(origin, redis);
  Scheduled second(origin, redis);
  REQUIRE(uses(first.larder, redis));
  Client client = first.larder.client("shop.test");
  for (const char* target : {"/api/long", "/api/short"}) client.get(target);
  const std::string due = first.next();
  REQUIRE_FALSE(due.empty());
  const auto warmed = [&](std::string_view outcome) {
    return first.larder.log_lines_with(outcome) + second.larder.log_lines_with(outcome);
  };
  REQUIRE(eventually([&] { return warmed("warmed /api/**") > 0; }, a_turn));
  CHECK(eventually([&] { return first.next() != due && second.next() != due; }, patience));
  CHECK(warmed("warmed /api/**: 2 pages") == 1);
  CHECK(warmed("1 fetched, 1 fresh, 0 rejected, 0 failed") == 1);
  CHECK(origin.count("/api/long") == 1);
  CHECK(origin.count("/api/short") == 2);
  for (const Scheduled* each : {&first, &second}) {
    CHECK(cache_result(each->larder.client("shop.test").get("/api/short")) == "HIT");
  }
}

}  // namespace larder::test
