// Endless responses, and how much is held in memory for clients.
#include "late.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

namespace {

const std::map<std::string, cache::Protection> one_fill{{"origin", {1, 0, 1s}}};

/// A response of unknown length; `holds` delays its end.
const Answer endless{
    .fields = {{"Content-Type", "application/x-ndjson"}}, .content = "{}\n{}\n", .has_length = false};

/// Lets the loop run by the real clock, which the supervision of fills uses.
void run_for(Scenario& s, Milliseconds time) {
  s.loop.restart();
  s.loop.run_for(time);
}

}  // namespace

TEST_CASE("event streams are passed through: nothing is stored, joined or counted as a fill") {
  for (const auto& [name, value] : Fields{{"Content-Type", "text/event-stream"},
                                          {"Content-Type", "Text/Event-Stream ; charset=utf-8"},
                                          {"Content-Type", "multipart/x-mixed-replace;boundary=x"},
                                          {"X-Accel-Buffering", "no"}}) {
    CAPTURE(value);
    Scenario s({route("/**", 60s)}, one_fill);
    Answer stream = endless;
    stream.fields = {{name, value}, {"Cache-Control", "public, max-age=60"}};
    s.origin_says(stream);
    s.origin.holds = true;
    auto first = s.begin("/events");
    auto second = s.begin("/events");
    CHECK(s.origin.asked.size() == 2);
    s.origin_says(cacheable);
    auto other = s.begin("/other");
    CHECK(s.origin.asked.size() == 3);
    CHECK(status_of(s.finish(first)) == "larder; fwd=uri-miss; detail=stream");
    s.finish(second);
    CHECK(s.finish(other).cache == "MISS");
    s.origin_says(stream);
    CHECK(s.get("/events").cache != "HIT");
  }
}

TEST_CASE("a fetch of unknown length ends some time after its last reader has gone, and frees its slot") {
  for (const bool has_length : {false, true}) {
    CAPTURE(has_length);
    Scenario s({route("/**", 60s)}, one_fill);
    s.settings.unread_at_most = 20ms;
    Answer answer = endless;
    answer.has_length = has_length;
    s.origin_says(answer);
    s.origin.holds = true;
    s.ask_and_leave("/endless");
    CHECK(s.get("/other").status == 503);
    run_for(s, 300ms);
    s.origin.holds = false;
    if (has_length) s.finish_behind();
    CHECK(s.get("/other").status == 200);
    // A response of known length is fetched to its end, and stored.
    CHECK(s.get("/endless").cache == (has_length ? "HIT" : "MISS"));
  }
}

TEST_CASE("any fetch for the cache ends in time: its readers see it truncated, and nothing is stored") {
  std::map<std::string, cache::Protection> short_lived = one_fill;
  short_lived["origin"].total = 20ms;
  Scenario s({route("/**", 60s)}, short_lived);
  s.settings.upstreams = short_lived;
  s.origin_says(cacheable);
  s.origin.holds = true;
  auto reading = s.begin("/a");
  run_for(s, 600ms);
  REQUIRE(reading.wait_for(0s) == std::future_status::ready);
  CHECK_FALSE(reading.get().whole);
  s.origin.holds = false;
  CHECK(s.get("/a").line() == "MISS 200 content");
}

TEST_CASE(
    "beyond the bound of what is held for clients, content is passed through unstored, and stored again "
    "below it") {
  Scenario s({route("/**", 60s)});
  s.origin_says(cacheable);
  auto held = ByteBudget::allocate(s.coordinator.buffered(), s.coordinator.buffered()->limit());
  CHECK(status_of(s.get("/a")) == "larder; fwd=uri-miss; detail=buffers-full");
  CHECK(s.get("/a").line() == "MISS 200 content");
  Answer of_unknown_length = cacheable;
  of_unknown_length.has_length = false;
  s.origin_says(of_unknown_length);
  CHECK(s.get("/b").line() == "MISS 200 content");
  CHECK(s.get("/b").cache == "MISS");
  held.reset();
  s.finish_behind();
  CHECK(s.coordinator.buffered()->held() == 0);
  CHECK(s.get("/b").line() == "MISS 200 content");
  CHECK(s.get("/b").line() == "HIT 200 content");
}

TEST_CASE("small content has one fetch for all who wait for it, though there is no room for larger content") {
  for (const bool has_length : {true, false}) {
    CAPTURE(has_length);
    Scenario s({route("/**", 60s)});
    const std::uint64_t limit = s.coordinator.buffered()->limit();
    const auto held = ByteBudget::allocate(s.coordinator.buffered(), limit - limit / 64);
    Answer answer = cacheable;
    answer.has_length = has_length;
    answer.content = std::string(20'000, 'x');
    s.origin_says(answer);
    const auto ask_together = [&s](const std::string& path) {
      s.origin.asked.clear();
      s.origin.waits = true;
      std::vector<std::future<Seen>> herd;
      for (int i = 0; i < 5; ++i) herd.push_back(s.begin(path));
      for (std::future<Seen>& one : herd) CHECK(s.finish(one).whole);
      return s.origin.asked.size();
    };
    CHECK(ask_together("/small") == 1);
    CHECK(s.get("/small").cache == "HIT");
    answer.content = std::string(70'000, 'x');
    s.origin_says(answer);
    if (has_length) CHECK(ask_together("/large") == 5);
    CHECK(s.get("/large").cache == "MISS");
  }
}

TEST_CASE("a response that became endless is fetched in the background for a limited time only") {
  for (const policy::Collapse collapse : {policy::Collapse::local, policy::Collapse::off}) {
    policy::Route collapsing = route("/**", 60s);
    collapsing.collapse = collapse;
    Scenario s({collapsing}, one_fill);
    s.settings.unread_at_most = 20ms;
    Answer brief = endless;
    brief.fields = {{"Cache-Control", "max-age=1, stale-while-revalidate=600"}};
    s.origin_says(brief);
    s.get("/a");
    s.clock.advance(2s);
    s.origin.holds = true;
    CHECK(s.get("/a").cache == "STALE");
    CHECK(s.origin.asked.size() == 2);
    run_for(s, 400ms);
    s.origin.holds = false;
    CHECK(s.get("/other").status == 200);
    // Nor is it tried again immediately.
    s.clock.advance(10s);
    const std::size_t asked = s.origin.asked.size();
    CHECK(s.get("/a").cache == "STALE");
    CHECK(s.origin.asked.size() == asked);
  }
}

TEST_CASE("a client's own fetch goes on beyond the time limit, but is no longer stored") {
  policy::Route alone = route("/**", 60s);
  alone.collapse = policy::Collapse::off;
  for (const Milliseconds total : {Milliseconds{20}, Milliseconds{60'000}}) {
    CAPTURE(total.count());
    std::map<std::string, cache::Protection> limits = one_fill;
    limits["origin"].total = total;
    Scenario s({alone}, limits);
    s.settings.upstreams = limits;
    s.origin_says(cacheable);
    s.origin.holds = true;
    auto reading = s.begin("/a");
    std::this_thread::sleep_for(40ms);
    s.origin.holds = false;
    const Seen seen = s.finish(reading);
    CHECK(seen.whole);
    CHECK(seen.content == "content");
    CHECK(s.get("/a").cache == (total > 1s ? "HIT" : "MISS"));
  }
}

TEST_CASE("what is combined from parts counts as held") {
  const std::string content(60'000, 'x');
  Scenario s({route("/**", 60s)});
  s.origin.answer = [&](const pipeline::Request& request) {
    const bool is_rest = request.head.fields.find("Range") == "bytes=30000-";
    const std::size_t from = is_rest ? 30'000 : 0;
    const std::size_t last = is_rest ? 59'999 : 29'999;
    return Answer{.status = 206,
                  .fields = {{"Cache-Control", "max-age=60"},
                             {"ETag", "\"1\""},
                             {"Content-Range",
                              "bytes " + std::to_string(from) + "-" + std::to_string(last) + "/60000"}},
                  .content = content.substr(from, 30'000)};
  };
  s.get("/a", {{"Range", "bytes=0-29999"}});
  CHECK(s.get("/a", {{"Range", "bytes=30000-"}}).status == 206);
  CHECK(s.get("/a").line() == "HIT 200 " + content);
  CHECK(s.coordinator.buffered()->held() >= 60'000);
}

TEST_CASE("content that is no longer kept is passed on for as long as it takes") {
  std::map<std::string, cache::Protection> short_lived = one_fill;
  short_lived["origin"].total = 20ms;
  Scenario s({route("/**", 60s)}, short_lived);
  s.settings.upstreams = short_lived;
  s.settings.max_object = 4;
  Answer large = cacheable;
  large.has_length = false;
  large.content = "more than is kept";
  s.origin_says(large);
  s.origin.holds = true;
  auto reading = s.begin("/a");
  run_for(s, 600ms);
  const Seen seen = s.finish(reading);
  CHECK(seen.whole);
  CHECK(seen.content == large.content);
}
