#include <larder/http1/body_decoder.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>

namespace larder::body_decoder_test {

using namespace larder::http1;

namespace {

struct Outcome {
  std::string content;
  std::string rest;  ///< what was not consumed
  bool done = false;
  bool malformed = false;
  bool operator==(const Outcome&) const = default;
};

// Feeds what has arrived, like a connection: steps until one consumes nothing.
void feed(BodyDecoder& decoder, Outcome& outcome, std::string_view bytes) {
  outcome.rest += bytes;
  std::string_view left = outcome.rest;
  while (!outcome.malformed) {
    const Result<BodyDecoder::Step> step = decoder.decode(left);
    if (!step) {
      outcome.malformed = true;
      break;
    }
    // Content is a part of the input, not a copy.
    if (!step->content.empty()) {
      REQUIRE(step->content.data() >= left.data());
      REQUIRE(step->content.data() + step->content.size() == left.data() + step->consumed);
    }
    outcome.content += step->content;
    left.remove_prefix(step->consumed);
    if (step->consumed == 0) break;
  }
  outcome.rest = std::string(left);
  outcome.done = decoder.done();
}

Outcome decoded(const Framing& framing, std::initializer_list<std::string_view> pieces) {
  BodyDecoder decoder(framing);
  Outcome outcome;
  for (const std::string_view piece : pieces) feed(decoder, outcome, piece);
  return outcome;
}

// The outcome for the whole input, which must be the same for every split in two and for single bytes.
Outcome decoded_every_way(const Framing& framing, std::string_view bytes) {
  const Outcome whole = decoded(framing, {bytes});
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    CAPTURE(cut);
    const Outcome halves = decoded(framing, {bytes.substr(0, cut), bytes.substr(cut)});
    CHECK(halves.malformed == whole.malformed);
    if (!whole.malformed) CHECK(halves == whole);
  }
  BodyDecoder decoder(framing);
  Outcome single;
  for (const char byte : bytes) feed(decoder, single, std::string_view(&byte, 1));
  CHECK(single.malformed == whole.malformed);
  if (!whole.malformed) CHECK(single == whole);
  return whole;
}

constexpr Framing chunked{Framing::Kind::chunked, 0};

}  // namespace

TEST_CASE("content without framing has ended before it begins") {
  for (const Framing& framing : {Framing{Framing::Kind::none, 0}, Framing{Framing::Kind::length, 0}}) {
    BodyDecoder decoder(framing);
    CHECK(decoder.done());
    CHECK(decoder.finish_at_close());
    CHECK(decoded(framing, {"next"}) == Outcome{.content = "", .rest = "next", .done = true});
  }
}

TEST_CASE("content with a length ends after it (RFC 9112, section 6.3)") {
  const Framing five{Framing::Kind::length, 5};
  CHECK(decoded_every_way(five, "hello") == Outcome{.content = "hello", .rest = "", .done = true});
  CHECK(decoded_every_way(five, "hellonext") == Outcome{.content = "hello", .rest = "next", .done = true});
  CHECK(decoded_every_way(five, "hell") == Outcome{.content = "hell", .rest = "", .done = false});
  BodyDecoder decoder(five);
  Outcome outcome;
  feed(decoder, outcome, "hell");
  CHECK_FALSE(decoder.finish_at_close());
}

TEST_CASE("content until the connection closes ends there and not before") {
  BodyDecoder decoder(Framing{Framing::Kind::until_close, 0});
  Outcome outcome;
  feed(decoder, outcome, "hello ");
  feed(decoder, outcome, "world");
  CHECK(outcome == Outcome{.content = "hello world", .rest = "", .done = false});
  CHECK(decoder.finish_at_close());
  CHECK(decoder.done());
}

TEST_CASE("chunks are decoded whole or however they are split (RFC 9112, section 7.1)") {
  struct Case {
    std::string_view bytes;
    std::string_view content;
    std::string_view rest;
  };
  for (const auto& [bytes, content, rest] : {
           Case{"0\r\n\r\n", "", ""},
           Case{"5\r\nhello\r\n0\r\n\r\n", "hello", ""},
           Case{"5\r\nhello\r\n1\r\n!\r\n0\r\n\r\nGET /", "hello!", "GET /"},
           Case{"a\r\n0123456789\r\n0\r\n\r\n", "0123456789", ""},
           Case{"A\r\n0123456789\r\n000\r\n\r\n", "0123456789", ""},
           Case{"00000000000000000000005\r\nhello\r\n0\r\n\r\n", "hello", ""},
           Case{"4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n", ""},
           Case{"3\r\n0\r\n\r\n0\r\n\r\n", "0\r\n", ""},
           Case{"5;a\r\nhello\r\n0;b=c\r\n\r\n", "hello", ""},
           Case{"5 \t; a=\"b;c\"\r\nhello\r\n0\r\n\r\n", "hello", ""},
           Case{"0\r\nA: b\r\nC:\r\n\r\nnext", "", "next"},
           Case{"5\r\nhello\r\n0\r\nHost: evil\r\nContent-Length: 3\r\n\r\nnext", "hello", "next"},
       }) {
    CAPTURE(bytes);
    CHECK(decoded_every_way(chunked, bytes) ==
          Outcome{.content = std::string(content), .rest = std::string(rest), .done = true});
  }
}

TEST_CASE("truncated chunks are incomplete, and closing does not complete them") {
  const std::string_view bytes = "5\r\nhello\r\n0\r\nA: b\r\n\r\n";
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    BodyDecoder decoder(chunked);
    Outcome outcome;
    feed(decoder, outcome, bytes.substr(0, size));
    CHECK_FALSE(outcome.malformed);
    CHECK_FALSE(decoder.finish_at_close());
  }
}

TEST_CASE("malformed chunks are refused however they are split") {
  for (const std::string_view bytes : {std::string_view("\r\n"),
                                       std::string_view("\r\n5\r\nhello"),
                                       std::string_view(" 5\r\nhello"),
                                       std::string_view("+5\r\nhello"),
                                       std::string_view("-5\r\nhello"),
                                       std::string_view("0x5\r\nhello"),
                                       std::string_view("5h\r\nhello"),
                                       std::string_view("g\r\n"),
                                       std::string_view("5\nhello"),
                                       std::string_view("5\rhello"),
                                       std::string_view("5 \r\nhello"),
                                       std::string_view("5 5\r\nhello"),
                                       std::string_view("5,a\r\nhello"),
                                       std::string_view("5;a\nhello"),
                                       std::string_view("5;a\rb\r\nhello"),
                                       std::string_view("5;\x01\r\nhello"),
                                       std::string_view("5;a\0\r\nhello", 11),
                                       std::string_view("\0", 1),
                                       std::string_view("5\r\nhello0\r\n\r\n"),
                                       std::string_view("5\r\nhello\n0\r\n\r\n"),
                                       std::string_view("5\r\nhello\r0\r\n\r\n"),
                                       std::string_view("5\r\nhelloX\n0\r\n\r\n"),
                                       std::string_view("5\r\nhello\n\n0\r\n\r\n"),
                                       std::string_view("5\r\nhelloXX0\r\n\r\n"),
                                       std::string_view("10000000000000000\r\n"),
                                       std::string_view("fffffffffffffffff\r\n"),
                                       std::string_view("0\r\n\n"),
                                       std::string_view("0\r\n\rx"),
                                       std::string_view("0\n\n"),
                                       std::string_view("0\r\nA\r\n\r\n"),
                                       std::string_view("0\r\nA b: c\r\n\r\n"),
                                       std::string_view("0\r\n: b\r\n\r\n"),
                                       std::string_view("0\r\n A: b\r\n\r\n"),
                                       std::string_view("0\r\nA: b\r\n c\r\n\r\n"),
                                       std::string_view("0\r\nA: b\n\r\n"),
                                       std::string_view("0\r\nA: b\rC: d\r\n\r\n"),
                                       std::string_view("0\r\nA : b\r\n\r\n"),
                                       std::string_view("0\r\nA: \0\r\n\r\n", 11)}) {
    CAPTURE(bytes);
    CHECK(decoded_every_way(chunked, bytes).malformed);
  }
}

TEST_CASE("the largest chunk size is read correctly, one more is refused") {
  const Outcome outcome = decoded(chunked, {"ffffffffffffffff\r\nabc"});
  CHECK(outcome == Outcome{.content = "abc", .rest = "", .done = false});
}

TEST_CASE("each chunk's line is bounded by 4 KiB") {
  const std::string fits = "1;" + std::string(4000, 'a') + "\r\nx\r\n";
  CHECK(decoded(chunked, {fits + fits + fits + "0\r\n\r\n"}) ==
        Outcome{.content = "xxx", .rest = "", .done = true});
  for (const std::string& line : {"1;" + std::string(4200, 'a'), "1" + std::string(4200, ' '),
                                  std::string(4200, '0'), "0;" + std::string(4200, 'a')}) {
    CHECK(decoded(chunked, {line}).malformed);
  }
}

TEST_CASE("trailers are bounded by 16 KiB in all") {
  const std::string line = "A: " + std::string(995, 'b') + "\r\n";
  std::string trailers;
  for (int i = 0; i < 16; ++i) trailers += line;
  CHECK(decoded(chunked, {"0\r\n" + trailers + "\r\nnext"}) ==
        Outcome{.content = "", .rest = "next", .done = true});
  CHECK(decoded(chunked, {"0\r\n" + trailers + line}).malformed);
}

TEST_CASE("a refusal is final, and a moved decoder keeps its state") {
  BodyDecoder broken(chunked);
  CHECK_FALSE(broken.decode("x").has_value());
  CHECK_FALSE(broken.decode("0\r\n\r\n").has_value());
  CHECK_FALSE(broken.done());

  BodyDecoder first(chunked);
  Outcome outcome;
  feed(first, outcome, "5\r\nhel");
  BodyDecoder second(std::move(first));
  feed(second, outcome, "lo\r\n0\r\n\r\n");
  CHECK(outcome == Outcome{.content = "hello", .rest = "", .done = true});
}

}  // namespace larder::body_decoder_test
