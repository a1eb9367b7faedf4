#include "scenario.hpp"

#include <doctest/doctest.h>

#include <charconv>

// RFC 9111, sections 3.3 and 3.4: parts are combined and completed.

using namespace larder;
using namespace larder::test;
using namespace std::chrono_literals;

namespace {

const std::string whole_content = "0123456789";

/// An origin that serves ranges of `whole_content` with an entity tag, and evaluates If-Range (RFC 9110,
/// section 14.2).
struct RangeOrigin {
  std::string tag = "\"1\"";
  std::string mark = "first";  ///< the value of a field in each response
  bool lies = false;           ///< about the end of a part

  Answer operator()(const pipeline::Request& request) const {
    Fields fields{{"Cache-Control", "max-age=60"}, {"X-Mark", mark}};
    if (!tag.empty()) fields.emplace_back("ETag", tag);
    const std::string_view range = request.head.fields.find("Range").value_or("");
    const std::string_view condition = request.head.fields.find("If-Range").value_or(tag);
    if (range.empty() || condition != tag) return {.fields = fields, .content = whole_content};
    std::size_t first = 0;
    std::size_t last = whole_content.size() - 1;
    const std::string_view ends = range.substr(std::string_view("bytes=").size());
    const std::size_t dash = ends.find('-');
    std::from_chars(ends.data(), ends.data() + dash, first);
    if (dash + 1 < ends.size()) std::from_chars(ends.data() + dash + 1, ends.data() + ends.size(), last);
    fields.emplace_back("Content-Range",
                        "bytes " + std::to_string(first) + "-" + std::to_string(last) + "/10");
    std::string some = whole_content.substr(first, last - first + 1);
    if (lies) some.pop_back();
    return {.status = 206, .fields = fields, .content = std::move(some)};
  }
};

Seen range(Scenario& s, std::string_view ends) {
  return s.get("/a", {{"Range", "bytes=" + std::string(ends)}});
}

std::string range_asked(const Scenario& s) {
  const http::FieldList& fields = s.origin.asked.back().fields;
  return std::string(fields.find("Range").value_or("whole")) + " " +
         std::string(fields.find("If-Range").value_or("always"));
}

}  // namespace

TEST_CASE(
    "RFC 9111, section 3.4: parts with the same strong validator are combined, and answer ranges across "
    "both") {
  Scenario s;
  s.origin.answer = RangeOrigin{};
  CHECK(range(s, "0-3").line() == "MISS 206 0123");
  CHECK(range(s, "2-6").line() == "MISS 206 23456");
  const Seen both = range(s, "1-5");
  CHECK(both.line() == "HIT 206 12345");
  CHECK(both.fields.find("Content-Range") == "bytes 1-5/10");
  CHECK(range(s, "0-3").line() == "HIT 206 0123");
  // Before it, and separate from it.
  CHECK(range(s, "8-9").line() == "MISS 206 89");
  CHECK(range(s, "8-9").line() == "HIT 206 89");
  CHECK(s.origin.asked.size() == 3);
}

TEST_CASE(
    "RFC 9110, section 15.3.7.3: parts that together are the whole become a 200, and answer everything") {
  Scenario s;
  s.origin.answer = RangeOrigin{};
  range(s, "5-9");
  s.origin.answer = RangeOrigin{.mark = "second"};
  CHECK(range(s, "0-4").line() == "MISS 206 01234");
  const Seen whole = s.get("/a");
  CHECK(whole.line() == "HIT 200 0123456789");
  CHECK(whole.fields.find("X-Mark") == "second");
  CHECK(whole.fields.count("X-Mark") == 1);
  CHECK(whole.fields.count("Via") == 1);
  CHECK_FALSE(whole.fields.contains("Content-Range"));
  CHECK(s.ask("HEAD", "/a").described_length == 10);
  CHECK(range(s, "3-6").line() == "HIT 206 3456");
  CHECK(s.origin.asked.size() == 2);
}

TEST_CASE("parts of different representations are never combined") {
  for (const std::string tag : {"\"2\"", "W/\"1\"", ""}) {
    CAPTURE(tag);
    Scenario s;
    s.origin.answer = RangeOrigin{};
    range(s, "0-4");
    s.origin.answer = RangeOrigin{.tag = tag};
    range(s, "5-9");
    CHECK(s.get("/a").cache == "MISS");
  }
}

TEST_CASE("RFC 9111, section 3.4: the rest of a part that has a weak validator is not asked for") {
  Scenario s;
  s.origin.answer = RangeOrigin{.tag = "W/\"1\""};
  range(s, "0-3");
  CHECK(s.get("/a").line() == "MISS 200 0123456789");
  CHECK(s.origin.asked.size() == 2);
  CHECK_FALSE(s.origin.asked.back().fields.contains("Range"));
}

TEST_CASE("what is told as stored of parts that do not touch is served") {
  Scenario s;
  s.origin.answer = RangeOrigin{};
  for (const char* part : {"0-1", "4-5", "8-9", "0-1"}) {
    CAPTURE(part);
    CHECK(range(s, part).fields.find("Cache-Status")->ends_with("; stored"));
    CHECK(range(s, part).cache == "HIT");
  }
  auto held = ByteBudget::allocate(s.coordinator.buffered(), s.coordinator.buffered()->limit());
  CHECK(range(s, "4-5").fields.find("Cache-Status") == "larder; fwd=partial; detail=buffers-full");
  CHECK(range(s, "0-1").cache == "HIT");
}

TEST_CASE("RFC 9111, section 3.3: only the rest of a part is requested, and the client gets the whole") {
  struct Case {
    const char* part;
    const char* asked;
  };
  for (const auto& [part, rest] : {Case{"0-3", "bytes=4- \"1\""}, Case{"6-9", "bytes=0-5 \"1\""}}) {
    CAPTURE(part);
    Scenario s;
    s.origin.answer = RangeOrigin{};
    range(s, part);
    // Stale or fresh: the origin confirms it.
    s.clock.advance(90s);
    s.origin.answer = RangeOrigin{.mark = "second"};
    const Seen whole = s.get("/a");
    CHECK(whole.line() == "MISS 200 0123456789");
    CHECK(whole.fields.find("Cache-Status") == "larder; fwd=partial; stored");
    CHECK(whole.fields.find("X-Mark") == "second");
    CHECK(whole.fields.count("Via") == 1);
    CHECK(whole.fields.find("Via") == "1.1 larder");
    CHECK_FALSE(whole.fields.contains("Content-Range"));
    CHECK(range_asked(s) == rest);
    CHECK(s.get("/a").line() == "HIT 200 0123456789");
    CHECK(s.origin.asked.size() == 2);
  }
}

TEST_CASE("if the representation has changed, the client gets the new one whole") {
  Scenario s;
  s.origin.answer = RangeOrigin{};
  range(s, "0-3");
  s.origin.answer = RangeOrigin{.tag = "\"2\"", .mark = "new"};
  const Seen whole = s.get("/a");
  CHECK(whole.line() == "MISS 200 0123456789");
  CHECK(whole.fields.find("ETag") == "\"2\"");
  CHECK(s.get("/a").line() == "HIT 200 0123456789");
  CHECK(s.origin.asked.size() == 2);
}

TEST_CASE("if the response about the rest of a part cannot be used, the whole is requested") {
  const auto answers = [](const pipeline::Request& request, Answer to_range) {
    if (request.head.fields.contains("Range")) return to_range;
    return RangeOrigin{.tag = "\"2\""}(request);
  };
  for (const Answer& useless : std::initializer_list<Answer>{
           {.status = 206,
  .fields = {{"ETag", "\"2\""}, {"Content-Range", "bytes 4-9/10"}},
  .content = "456789"},
           {.status = 206,
           .fields = {{"ETag", "\"1\""}, {"Content-Range", "bytes 5-9/10"}},
           .content = "56789"},
           {.status = 206,
           .fields = {{"ETag", "\"1\""}, {"Content-Range", "bytes 4-8/10"}},
           .content = "45678"},
           {.status = 206, .fields = {{"ETag", "\"1\""}}, .content = "456789"},
           {.status = 416, .fields = {{"Content-Range", "bytes */3"}}},
       }) {
    CAPTURE(useless.status);
    Scenario s;
    s.origin.answer = RangeOrigin{};
    range(s, "0-3");
    s.origin.answer = [&](const pipeline::Request& request) { return answers(request, useless); };
    CHECK(s.get("/a").line() == "MISS 200 0123456789");
    CHECK(range_asked(s) == "whole always");
    CHECK(s.origin.asked.size() == 3);
  }
}

TEST_CASE("an incomplete rest is truncated for the client too, and not stored") {
  Scenario s;
  s.origin.answer = RangeOrigin{};
  range(s, "0-3");
  s.origin.answer = [](const pipeline::Request& request) {
    Answer answer = RangeOrigin{}(request);
    answer.cut_short = request.head.fields.contains("Range");
    answer.content.resize(answer.content.size() - (answer.cut_short ? 1 : 0));
    return answer;
  };
  const Seen broken = s.get("/a");
  CHECK_FALSE(broken.whole);
  CHECK(s.get("/a").cache == "MISS");
}

TEST_CASE("a purged part is not completed, and a completed response is only as new as its part") {
  Scenario s;
  s.origin.answer = RangeOrigin{};
  range(s, "0-3");
  s.ask("PUT", "/a", {}, "{}");
  CHECK(s.get("/a").cache == "MISS");
  CHECK(range_asked(s) == "whole always");

  Scenario meanwhile;
  meanwhile.origin.answer = RangeOrigin{};
  range(meanwhile, "0-3");
  meanwhile.origin.answer = [&meanwhile](const pipeline::Request& request) {
    // Another client's write comes while the rest is being fetched.
    run_task(meanwhile.loop, meanwhile.log.append({.purges = {{policy::Purge::Kind::all, ""}}, .why = {}}));
    return RangeOrigin{}(request);
  };
  meanwhile.get("/a");
  meanwhile.origin.answer = RangeOrigin{};
  CHECK(meanwhile.get("/a").cache == "MISS");
}

TEST_CASE("a part is not completed for a client that may not see it") {
  policy::Route one = route("/**", 60s);
  Scenario s({one});
  s.origin.answer = [](const pipeline::Request& request) {
    Answer answer = RangeOrigin{}(request);
    std::erase_if(answer.fields, [](const auto& field) { return field.first == "Cache-Control"; });
    return answer;
  };
  range(s, "0-3");
  CHECK(s.get("/a", {{"Cookie", "me=1"}}).cache == "BYPASS");
  CHECK(range_asked(s) == "whole always");
}

TEST_CASE("RFC 9111, section 3.3: a part shorter than its Content-Range says completes nothing") {
  for (const auto& [stored, cut] : {std::pair{"0-4", "5-9"}, std::pair{"5-9", "0-4"}}) {
    Scenario s;
    RangeOrigin honest;
    RangeOrigin liar;
    liar.lies = true;
    s.origin.answer = honest;
    range(s, stored);
    s.origin.answer = [&liar](const pipeline::Request& request) {
      Answer answer = liar(request);
      answer.has_length = false;
      return answer;
    };
    range(s, cut);
    s.origin.answer = honest;
    CHECK(s.get("/a").content == whole_content);
    CHECK(s.get("/a").content == whole_content);
  }
}

TEST_CASE("combined parts are only as new as the earlier fetch: a purge since then applies to them") {
  Scenario s;
  s.origin.answer = RangeOrigin{};
  s.origin.waits = true;
  std::future<Seen> slow = s.begin("/a", {{"Range", "bytes=5-9"}});
  run_task(s.log.append({.purges = {{policy::Purge::Kind::resource, "shop.test/a"}}}));
  s.origin.waits = false;
  // The slow one is still held back: this one overtakes it.
  s.origin.holds = true;
  std::future<Seen> quick = s.begin("/a", {{"Range", "bytes=0-4"}});
  s.finish(quick);
  s.finish(slow);
  CHECK(s.get("/a").cache == "MISS");
}

TEST_CASE(
    "a part longer than its Content-Range says is not stored: which of its bytes are meant is not known") {
  for (const char* content : {"ABCDEABCDE", "ABCDEF"}) {
    for (const bool has_length : {true, false}) {
      CAPTURE(content);
      CAPTURE(has_length);
      Scenario s;
      s.origin_says(
          {.status = 206,
           .fields = {{"Content-Range", "bytes 0-4/200"}, {"ETag", "\"x\""}, {"Cache-Control", "max-age=60"}},
           .content = content,
           .has_length = has_length});
      for (int i = 0; i < 2; ++i) {
        const Seen seen = s.get("/a", {{"Range", "bytes=0-4"}});
        CHECK(seen.cache == "MISS");
        CHECK(seen.content == content);
      }
    }
  }
}
