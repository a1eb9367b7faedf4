#include "redis/reply_reader.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace larder::reply_reader_test {

using larder::Error;
using larder::Result;
using larder::redis::ReplyReader;
using larder::redis::Value;

namespace {

constexpr std::size_t bound = 64 * 1024 * 1024;

/// A reply as text that shows its structure.
std::string shown(const Value& value) {
  const std::string text(value.text.view());
  switch (value.kind) {
    case Value::Kind::nil:
      return "nil";
    case Value::Kind::text:
      return "'" + text + "'";
    case Value::Kind::status:
      return "+" + text;
    case Value::Kind::error:
      return "-" + text;
    case Value::Kind::integer:
      return std::to_string(value.integer);
    case Value::Kind::array:
      break;
  }
  std::string items;
  for (const Value& item : value.items) items += (items.empty() ? "" : " ") + shown(item);
  return "[" + items + "]";
}

/// All replies so far, one after another.
std::string drained(ReplyReader& reader) {
  std::string replies;
  for (;;) {
    const Result<std::optional<Value>> reply = reader.next();
    REQUIRE(reply.has_value());
    if (!reply->has_value()) return replies;
    replies += shown(**reply) + ";";
  }
}

struct Case {
  std::string wire;
  std::string replies;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {"+OK\r\n", "+OK;"},
      {"-WRONGTYPE no\r\n", "-WRONGTYPE no;"},
      {":-42\r\n", "-42;"},
      {":9223372036854775807\r\n", "9223372036854775807;"},
      {"$-1\r\n", "nil;"},
      {"*-1\r\n", "nil;"},
      {"$0\r\n\r\n", "'';"},
      {"$4\r\na\r\nb\r\n", "'a\r\nb';"},
      {"*0\r\n", "[];"},
      {"*3\r\n$1\r\na\r\n$-1\r\n:7\r\n", "['a' nil 7];"},
      {"*2\r\n*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\nf\r\n$1\r\nv\r\n-ERR x\r\n",
       "[[['1-1' ['f' 'v']]] -ERR x];"},
      {"*2\r\n*0\r\n*1\r\n*0\r\n", "[[] [[]]];"},
      {"+a\r\n$1\r\nb\r\n:3\r\n*1\r\n+c\r\n", "+a;'b';3;[+c];"},
  };
  return all;
}

}  // namespace

TEST_CASE("replies are read alike wherever their bytes are split") {
  for (const Case& row : cases()) {
    CAPTURE(row.wire);
    for (std::size_t at = 0; at <= row.wire.size(); ++at) {
      CAPTURE(at);
      ReplyReader reader(bound);
      REQUIRE(reader.feed(std::string_view(row.wire).substr(0, at)));
      std::string replies = drained(reader);
      REQUIRE(reader.feed(std::string_view(row.wire).substr(at)));
      replies += drained(reader);
      CHECK(replies == row.replies);
      CHECK(reader.buffered() == 0);
    }
  }
}

TEST_CASE("replies are read byte by byte") {
  std::string wire;
  std::string expected;
  for (const Case& row : cases()) {
    wire += row.wire;
    expected += row.replies;
  }
  ReplyReader reader(bound);
  std::string replies;
  for (const char byte : wire) {
    REQUIRE(reader.feed({&byte, 1}));
    replies += drained(reader);
  }
  CHECK(replies == expected);
}

TEST_CASE("a large bulk string comes in pieces of any size, and replies after it are not lost") {
  std::string body;
  for (int i = 0; body.size() < 3'000'000; ++i) body += std::to_string(i) + "\r\n";
  const std::string wire = "$" + std::to_string(body.size()) + "\r\n" + body + "\r\n+next\r\n";
  for (const std::size_t piece : {1000UL, 16384UL, 262144UL, wire.size()}) {
    ReplyReader reader(bound);
    std::string replies;
    for (std::size_t at = 0; at < wire.size(); at += piece) {
      REQUIRE(reader.feed(std::string_view(wire).substr(at, piece)));
      replies += drained(reader);
    }
    CHECK((replies == "'" + body + "';+next;"));
  }
}

TEST_CASE("what is not RESP is malformed") {
  for (const std::string wire :
       {"!x\r\n", "HTTP/1.1 200 OK\r\n", "$x\r\n", "$-2\r\n", ":12x\r\n", "*-7\r\n", "*99999999999\r\n",
        "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n"}) {
    CAPTURE(wire);
    ReplyReader reader(bound);
    REQUIRE(reader.feed(wire));
    const Result<std::optional<Value>> reply = reader.next();
    REQUIRE(reply.has_error());
    CHECK(reply.error() == Error::malformed);
  }
}

TEST_CASE("an array that announces billions of items takes no memory for them") {
  ReplyReader reader(bound);
  REQUIRE(reader.feed("*2147483647\r\n+a\r\n"));
  CHECK(drained(reader) == "");
}

TEST_CASE("a reply beyond the bound is too large, many small ones are not") {
  ReplyReader reader(1000);
  for (int i = 0; i < 100; ++i) {
    REQUIRE(reader.feed("$100\r\n" + std::string(100, 'x') + "\r\n"));
    drained(reader);
  }
  REQUIRE(reader.feed("$5000\r\n" + std::string(900, 'x')));
  drained(reader);
  REQUIRE(reader.feed(std::string(900, 'x')));
  drained(reader);
  const Result<> fed = reader.feed("x");
  REQUIRE(fed.has_error());
  CHECK(fed.error() == Error::too_large);
}

}  // namespace larder::reply_reader_test
