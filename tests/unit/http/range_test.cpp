#include <larder/http/range.hpp>

#include <doctest/doctest.h>

namespace larder::range_test {

using namespace larder::http;

TEST_CASE("a range of bytes is read and found within a length (RFC 9110, section 14.1.2)") {
  struct Case {
    const char* text;
    std::uint64_t length;
    std::optional<ByteRange> found;
  };
  for (const auto& [text, length, found] : {
           Case{"bytes=0-4", 10, ByteRange{0, 4}},
           Case{"BYTES=0-4", 10, ByteRange{0, 4}},
           Case{"bytes=0-0", 10, ByteRange{0, 0}},
           Case{"bytes=9-9", 10, ByteRange{9, 9}},
           Case{"bytes=4-99", 10, ByteRange{4, 9}},
           Case{"bytes=4-", 10, ByteRange{4, 9}},
           Case{"bytes=-4", 10, ByteRange{6, 9}},
           Case{"bytes=-99", 10, ByteRange{0, 9}},
           Case{"bytes=0-99999999999999999999999", 10, ByteRange{0, 9}},
           Case{"bytes=10-", 10, {}},
           Case{"bytes=99999999999999999999999-", 10, {}},
           Case{"bytes=-0", 10, {}},
           Case{"bytes=0-", 0, {}},
           Case{"bytes=-1", 0, {}},
       }) {
    CAPTURE(text);
    const auto range = parse_range(text);
    REQUIRE(range.has_value());
    CHECK(range->within(length) == found);
  }
}

TEST_CASE("several ranges, other units and invalid ranges are not read") {
  for (const char* text :
       {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=4-2", "bytes=1-2,4-5", "bytes=1-2-3",
        "lines=0-4", "bytes 0-4", "bytes=0 - 4", "bytes=+1-4", "bytes=0x1-4"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_range(text).has_value());
  }
}

TEST_CASE("Content-Range is read if it is valid (RFC 9110, section 14.4)") {
  const auto known = parse_content_range("bytes 4-9/10");
  REQUIRE(known.has_value());
  CHECK(known->range == ByteRange{4, 9});
  CHECK(known->length == 10);
  const auto open = parse_content_range("bytes 0-4/*");
  REQUIRE(open.has_value());
  CHECK_FALSE(open->length.has_value());
  for (const char* text :
       {"", "bytes", "bytes */10", "bytes 4-9", "bytes 9-4/10", "bytes 4-10/10", "bytes 4-9/x",
        "lines 4-9/10", "bytes -9/10", "bytes 4-/10", "bytes 0-99999999999999999999999/*"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_content_range(text).has_value());
  }
  CHECK(format_content_range({4, 9}, 10) == "bytes 4-9/10");
  CHECK(format_unsatisfied_range(10) == "bytes */10");
}

}  // namespace larder::range_test
