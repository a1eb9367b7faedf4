#include "show.hpp"

#include <larder/http1/body_decoder.hpp>

#include <doctest/doctest.h>

#include <set>

namespace larder::faults_test {

using namespace larder::http1;
using http::Fault;

namespace {

constexpr std::string_view with_nul("HTTP/1.1 200 OK\r\nA: a\0b\r\n\r\n", 28);

boost::system::error_code fault_of_request(std::string_view bytes) {
  const auto parsed = parse_request_head(bytes, {});
  return parsed ? boost::system::error_code() : parsed.error();
}

boost::system::error_code fault_of_response(std::string_view bytes, const HeadLimits& limits = {}) {
  const auto parsed = parse_response_head(bytes, "GET", limits);
  return parsed ? boost::system::error_code() : parsed.error();
}

}  // namespace

TEST_CASE("a response that is refused tells which rule it breaks") {
  struct Case {
    std::string_view bytes;
    Fault fault;
  };
  for (const auto& [bytes, fault] : {
           Case{std::string_view("\x15\x03\x01\0\2\2\x46", 7), Fault::tls},
           Case{"SSH-2.0-OpenSSH\r\n", Fault::not_http},
           Case{"HTTP/2 200\r\n\r\n", Fault::version},
           Case{"HTTP/1.1 2x0 OK\r\n\r\n", Fault::start_line},
           Case{"HTTP/1.1 099 OK\r\n\r\n", Fault::start_line},
           Case{"HTTP/1.1 200 OK\r\nA: b\nC: d\r\n\r\n", Fault::line_end},
           Case{"HTTP/1.1 200 OK\nA: b\r\n\r\n", Fault::line_end},
           Case{"HTTP/1.1 200 OK\nA: b\n\r\n", Fault::line_end},
           Case{with_nul, Fault::nul},
           Case{"HTTP/1.1 200 OK\r\nA b\r\n\r\n", Fault::field_line},
           Case{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", Fault::several_lengths},
           Case{"HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\n", Fault::length},
           Case{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
                Fault::length_and_coding},
           Case{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
                Fault::several_codings},
           Case{"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", Fault::coding},
           Case{"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", Fault::early_coding},
       }) {
    CAPTURE(bytes);
    CHECK(fault_of_response(bytes) == fault);
  }
  const HeadLimits limits{.head = 100, .target = 0, .fields = 2};
  CHECK(fault_of_response(response_with("A: " + std::string(100, 'a')), limits) == Fault::head_size);
  CHECK(fault_of_response(response_with("A: b\r\nA: b\r\nA: b\r\n"), limits) == Fault::field_count);
  BodyDecoder decoder({Framing::Kind::chunked, 0});
  CHECK(decoder.decode("xyz\r\n").error() == Fault::chunk);
}

TEST_CASE("a request that is refused tells which rule it breaks") {
  struct Case {
    std::string_view bytes;
    Fault fault;
  };
  for (const auto& [bytes, fault] : {
           Case{"\x16\x03\x01\x02", Fault::tls},
           Case{"GARBAGE\r\n\r\n", Fault::start_line},
           Case{"GET /a#b HTTP/1.1\r\n\r\n", Fault::target},
           Case{"GET / HTTP/1.1\r\n\r\n", Fault::no_host},
           Case{"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", Fault::several_hosts},
           Case{"GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n c\r\n\r\n", Fault::folded_line},
           Case{"GET / HTTP/1.1\r\nHost: a\nA: b\r\n\r\n", Fault::line_end},
           Case{"GET / HTTP/1.1\nHost: a\n\n", Fault::line_end},
           Case{"GET / HTTP/1.1\r\nHost: a\r\nA : b\r\n\r\n", Fault::field_line},
           Case{"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", Fault::coding},
       }) {
    CAPTURE(bytes);
    CHECK(fault_of_request(bytes) == fault);
  }
}

TEST_CASE("a response whose lines all end in a bare LF is read as servers mean it (RFC 9112, section 2.2)") {
  const std::string head = "HTTP/1.1 200 OK\nContent-Length: 5\nA: b\n\n";
  for (std::size_t size = 0; size < head.size(); ++size) {
    CAPTURE(size);
    REQUIRE(framing_of_response(std::string_view(head).substr(0, size)) == "more");
  }
  const auto parsed = parse_response_head(head + "a\r\n\r\nb", "GET", {});
  REQUIRE(parsed.has_value());
  REQUIRE(parsed->has_value());
  CHECK((*parsed)->size == head.size());
  CHECK((*parsed)->head.fields.wire() == "Content-Length: 5\r\nA: b\r\n");
  CHECK(show((*parsed)->framing) == "length 5");
  // The rules about framing hold all the same.
  CHECK(fault_of_response("HTTP/1.1 200 OK\nContent-Length: 5\nContent-Length: 6\n\n") ==
        Fault::several_lengths);
}

TEST_CASE("every fault has a word of its own") {
  std::set<std::string_view> words;
  for (int i = 1; i <= static_cast<int>(http::last_fault); ++i) {
    const auto fault = static_cast<Fault>(i);
    CHECK(words.insert(token_of(fault)).second);
    CHECK(make_error_code(fault).message().size() > 10);
  }
}

}  // namespace larder::faults_test
