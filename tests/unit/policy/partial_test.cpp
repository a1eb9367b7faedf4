#include "support.hpp"

#include <larder/policy/partial.hpp>

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::policy;
using namespace larder::policy::test;

TEST_CASE("a range applies to a whole stored response (RFC 9110, sections 14.2 and 13.1.5)") {
  using Action = RangeDecision::Action;
  struct Case {
    const char* request;
    Action action;
    http::ByteRange range;
  };
  const http::FieldList stored = fields_of("ETag: \"a\"|Last-Modified: " + date_after(Seconds{-60}) +
                                           "|Date: " + std::string(noon_text));
  const std::string if_date = "Range: bytes=0-1|If-Range: " + date_after(Seconds{-60});
  for (const auto& [request, action, range] : std::initializer_list<Case>{
           {"", Action::whole, {}},
           {"Range: bytes=2-3", Action::part, {2, 3}},
           {"Range: bytes=8-99", Action::part, {8, 9}},
           {"Range: bytes=10-", Action::unsatisfiable, {}},
           {"Range: bytes=-0", Action::unsatisfiable, {}},
           {"Range: bytes=0-1,3-4", Action::whole, {}},
           {"Range: bytes=0-1|Range: bytes=3-4", Action::whole, {}},
           {"Range: items=0-1", Action::whole, {}},
           {"Range: bytes=0-1|If-Range: \"a\"", Action::part, {0, 1}},
           {"Range: bytes=0-1|If-Range: W/\"a\"", Action::whole, {}},
           {"Range: bytes=0-1|If-Range: \"b\"", Action::whole, {}},
           {"Range: bytes=0-1|If-Range: \"a\"|If-Range: \"a\"", Action::whole, {}},
           {"Range: bytes=99-|If-Range: \"b\"", Action::whole, {}},
           {if_date.c_str(), Action::part, {0, 1}},
       }) {
    CAPTURE(request);
    const RangeDecision decision = decide_range(request_of("GET", request), stored, 10, noon);
    CHECK(static_cast<int>(decision.action) == static_cast<int>(action));
    CHECK(decision.range == range);
  }
  CHECK(static_cast<int>(decide_range(request_of("HEAD", "Range: bytes=2-3"), stored, 10, noon).action) ==
        static_cast<int>(Action::whole));
  CHECK(static_cast<int>(decide_range(request_of("GET", "Range: bytes=-1"), stored, 0, noon).action) ==
        static_cast<int>(Action::whole));
}

TEST_CASE("a date is not a strong validator in the second it was made (RFC 9110, section 8.8.2.2)") {
  const std::string date(noon_text);
  const auto request = request_of("GET", "Range: bytes=0-1|If-Range: " + date);
  const auto young = fields_of("Last-Modified: " + date + "|Date: " + date);
  const auto old = fields_of("Last-Modified: " + date + "|Date: " + date_after(Seconds{1}));
  CHECK(static_cast<int>(decide_range(request, young, 10, noon).action) ==
        static_cast<int>(RangeDecision::Action::whole));
  CHECK(static_cast<int>(decide_range(request, old, 10, noon).action) ==
        static_cast<int>(RangeDecision::Action::part));
}

TEST_CASE("a miss asks for a part only if there are no conditions on the whole response") {
  CHECK(asks_for_part(request_of("GET", "Range: bytes=0-1")));
  CHECK(asks_for_part(request_of("GET", "Range: bytes=0-1|If-Range: \"a\"")));
  for (const char* other :
       {"", "Range: bytes=0-1,3-4", "Range: items=1-2", "Range: bytes=0-1|If-None-Match: \"a\"",
        "Range: bytes=0-1|If-Modified-Since: x"}) {
    CAPTURE(other);
    CHECK_FALSE(asks_for_part(request_of("GET", other)));
  }
  CHECK_FALSE(asks_for_part(request_of("HEAD", "Range: bytes=0-1")));
}

TEST_CASE(
    "a part is stored if a whole response would be, and Content-Range is valid (RFC 9111, section 3.3)") {
  const Route route;
  const http::RequestHead request = request_of("GET", "Range: bytes=0-1");
  const auto refusal = [&](int status, std::string_view fields) {
    const http::ResponseHead response = response_of(status, fields);
    StoringInput input{route, request, response, noon, noon, Seconds{3600}};
    input.size = 2;
    return decide_storing_part(input).refusal;
  };
  CHECK(refusal(206, "Cache-Control: max-age=60|Content-Range: bytes 0-1/2") == Reason::none);
  CHECK(refusal(206, "Cache-Control: no-store|Content-Range: bytes 0-1/2") == Reason::response_no_store);
  CHECK(refusal(206, "Content-Range: bytes 0-1/2") == Reason::no_lifetime);
  CHECK(refusal(206, "Cache-Control: max-age=60") == Reason::partial);
  CHECK(refusal(206, "Cache-Control: max-age=60|Content-Range: bytes 1-0/2") == Reason::partial);
  CHECK(refusal(206, "Cache-Control: max-age=60|Content-Type: multipart/byteranges; boundary=x") ==
        Reason::partial);
  CHECK(refusal(200, "Cache-Control: max-age=60|Content-Range: bytes 0-1/2") == Reason::partial);

  const http::ResponseHead of_two = response_of(206, "Cache-Control: max-age=60|Content-Range: bytes 0-1/9");
  StoringInput input{route, request, of_two, noon, noon, Seconds{3600}};
  for (const auto& [size, wanted] :
       {std::pair{1u, Reason::none}, {2u, Reason::none}, {3u, Reason::partial}}) {
    CAPTURE(size);
    input.size = size;
    CHECK(decide_storing_part(input).refusal == wanted);
  }
}

TEST_CASE("a stored part answers ranges wholly within it, and the range it answered before") {
  struct Case {
    const char* request;
    std::optional<std::string> content_range;
    std::size_t from;
    std::size_t size;
  };
  const http::FieldList stored =
      part_fields(fields_of("ETag: \"a\"|Content-Range: bytes 4-9/20"), "bytes=4-9");
  for (const auto& [request, content_range, from, size] : std::initializer_list<Case>{
           {"Range: bytes=4-9", "bytes 4-9/20", 0, 6},
           {"Range: bytes=5-6", "bytes 5-6/20", 1, 2},
           {"Range: bytes=9-9", "bytes 9-9/20", 5, 1},
           {"Range: bytes=5-6|If-Range: \"a\"", "bytes 5-6/20", 1, 2},
           {"Range: bytes=5-6|If-Range: \"b\"", {}, 0, 0},
           {"Range: bytes=3-6", {}, 0, 0},
           {"Range: bytes=5-10", {}, 0, 0},
           {"Range: bytes=5-", {}, 0, 0},
           {"Range: bytes=-3", {}, 0, 0},
           {"Range: bytes=30-", {}, 0, 0},
           {"", {}, 0, 0},
       }) {
    CAPTURE(request);
    const auto decision = decide_part(request_of("GET", request), stored, 6, noon);
    REQUIRE(decision.has_value() == content_range.has_value());
    if (!decision) continue;
    CHECK(decision->content_range == *content_range);
    CHECK(decision->from == from);
    CHECK(decision->size == size);
  }
  CHECK(text_of(served_part_fields(stored)) == "ETag: \"a\"");
}

TEST_CASE(
    "a part at the end of its representation answers open ranges, one of unknown total length only its own") {
  const http::FieldList end = part_fields(fields_of("Content-Range: bytes 4-9/10"), "bytes=4-");
  CHECK(decide_part(request_of("GET", "Range: bytes=6-"), end, 6, noon)->content_range == "bytes 6-9/10");
  CHECK(decide_part(request_of("GET", "Range: bytes=-2"), end, 6, noon)->content_range == "bytes 8-9/10");
  const http::FieldList unknown = part_fields(fields_of("Content-Range: bytes 4-9/*"), "bytes=4-9");
  CHECK(decide_part(request_of("GET", "Range: bytes=4-9"), unknown, 6, noon)->content_range == "bytes 4-9/*");
  CHECK_FALSE(decide_part(request_of("GET", "Range: bytes=5-6"), unknown, 6, noon).has_value());
}

TEST_CASE("a part holds only what came, whatever its Content-Range says") {
  const http::FieldList stored = part_fields(fields_of("Content-Range: bytes 4-9/10"), "bytes=4-");
  CHECK(decide_part(request_of("GET", "Range: bytes=5-8"), stored, 5, noon).has_value());
  CHECK_FALSE(decide_part(request_of("GET", "Range: bytes=5-9"), stored, 5, noon).has_value());
  CHECK_FALSE(decide_part(request_of("GET", "Range: bytes=4-4"), stored, 0, noon).has_value());
  // More came than it says: what is beyond its end is dropped.
  CHECK_FALSE(decide_part(request_of("GET", "Range: bytes=9-10"),
                          part_fields(fields_of("Content-Range: bytes 4-9/20"), "bytes=4-9"), 60, noon)
                  .has_value());
}
