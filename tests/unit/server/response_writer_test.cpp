#include "server/response_writer.hpp"

#include "support/manual_clock.hpp"
#include "support/pieces.hpp"
#include "support/run_task.hpp"

#include <larder/http/fault.hpp>

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>
#include <spdlog/sinks/null_sink.h>

#include <memory>
#include <string>

using namespace larder;
using pipeline::Response;
using server::Answered;

namespace {

/// Takes all that is written to it.
class Taker final : public net::Stream {
 public:
  Task<Result<std::size_t>> read_some(std::span<char>) override { co_return Error::closed; }
  Task<Result<>> write(std::span<const std::string_view> parts) override {
    for (const std::string_view part : parts) taken.append(part);
    co_return Result<>();
  }
  void expires_at(SteadyTime) override {}
  void reading_expires_at(SteadyTime) override {}
  void close() override {}
  void shutdown_write() override {}
  bool is_idle() override { return true; }
  bool has_peer_left() override { return false; }
  const std::string& peer_address() const override { return address_; }

  std::string taken;

 private:
  std::string address_ = "127.0.0.1";
};

class NoHandler final : public pipeline::Handler {
 public:
  Task<Result<Response>> handle(pipeline::Request&) override { co_return Error::canceled; }
};

enum class Content { none, there, of_known_length, of_unknown_length };

Response response(int status, Content content) {
  Response made;
  made.head.status = status;
  made.head.fields.add("Date", "Thu, 01 Jan 1970 00:00:00 GMT");
  if (content == Content::there) made.body = pipeline::Body(Bytes(std::string("hello")));
  if (content == Content::of_known_length)
    made.body = pipeline::Body(std::make_unique<test::Pieces>(std::vector<std::string>{"hello"}), 5);
  if (content == Content::of_unknown_length) {
    made.body =
        pipeline::Body(std::make_unique<test::Pieces>(std::vector<std::string>{"hello"}), std::nullopt);
  }
  return made;
}

struct Writing {
  boost::asio::io_context loop;
  NoHandler handler;
  test::ManualClock clock;
  Log log{"test", std::make_shared<spdlog::sinks::null_sink_mt>()};
  server::Occupancy occupancy{{}, "clients", log};
  server::SessionContext context{loop, handler, clock, {}, nullptr, occupancy};
  Taker stream;
  server::ResponseWriter writer{context, stream};

  std::string write(Response made, Answered& answered) {
    CHECK(test::run_task(loop, writer.write(made, answered)).has_value());
    return stream.taken.substr(stream.taken.find("GMT\r\n") + 5);
  }
};

}  // namespace

TEST_CASE("a response that says that there is none by the upstream counts as that, and not as a miss") {
  Writing writing;
  Response failed = response(502, Content::there);
  failed.cache_result = pipeline::CacheResult::miss;
  failed.is_failure = true;
  Answered answered{"GET"};
  writing.write(std::move(failed), answered);
  const server::Responses& counts = writing.context.responses;
  CHECK(counts[server::place_of_failures] == 1);
  CHECK(counts[static_cast<std::size_t>(pipeline::CacheResult::miss)] == 0);
}

TEST_CASE(
    "The client's version and what is known about the content decide the framing, RFC 9112, section 6") {
  struct Row {
    const char* method;
    int version_minor;
    int status;
    Content content;
    const char* written;  // after Date
    bool keep_alive;
  };
  const Row rows[] = {
      {"GET", 1, 200, Content::none, "Content-Length: 0\r\n\r\n", true},
      {"GET", 1, 200, Content::there, "Content-Length: 5\r\n\r\nhello", true},
      {"GET", 1, 200, Content::of_known_length, "Content-Length: 5\r\n\r\nhello", true},
      {"GET", 1, 200, Content::of_unknown_length, "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
       true},
      {"GET", 0, 200, Content::there, "Content-Length: 5\r\nConnection: keep-alive\r\n\r\nhello", true},
      {"GET", 0, 200, Content::of_unknown_length, "\r\nhello", false},
      {"GET", 1, 204, Content::there, "\r\n", true},
      {"GET", 1, 304, Content::there, "\r\n", true},
      {"HEAD", 1, 200, Content::there, "\r\n", true},
      {"HEAD", 1, 200, Content::of_unknown_length, "\r\n", true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.method);
    CAPTURE(row.version_minor);
    CAPTURE(row.status);
    CAPTURE(static_cast<int>(row.content));
    Writing writing;
    Answered answered{row.method, row.version_minor};
    CHECK(writing.write(response(row.status, row.content), answered) == row.written);
    CHECK(answered.keep_alive == row.keep_alive);
  }
}

TEST_CASE("A connection's last response says that it closes, RFC 9112, section 9.6") {
  const std::string last = "Content-Length: 5\r\nConnection: close\r\n\r\nhello";
  Writing writing;
  Response made = response(200, Content::there);
  Answered answered{"GET"};
  SUBCASE("the client wants it") {
    answered.keep_alive = false;
  }
  SUBCASE("after an anomaly") {
    made.closes = true;
  }
  SUBCASE("while draining") {
    writing.context.is_draining = true;
  }
  CHECK(writing.write(std::move(made), answered) == last);
  CHECK_FALSE(answered.keep_alive);
}

TEST_CASE("Incomplete content does not look complete, RFC 9112, section 8") {
  Writing writing;
  Answered answered{"GET"};
  Response made = response(200, Content::none);
  made.body = pipeline::Body(std::make_unique<test::Pieces>(std::vector<std::string>{"hello"}), 6);
  CHECK(test::run_task(writing.loop, writing.writer.write(made, answered)).error() ==
        http::Fault::content_size);
}
