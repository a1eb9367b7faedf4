#include "support/manual_clock.hpp"
#include "support/pieces.hpp"
#include "support/run_task.hpp"

#include <larder/net/connect.hpp>
#include <larder/net/listener.hpp>
#include <larder/server/server.hpp>

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>
#include <spdlog/sinks/null_sink.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

using namespace larder;

namespace {

/// Announces five bytes for each response.
class SaysFive final : public pipeline::Handler {
 public:
  explicit SaysFive(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {}
  Task<Result<pipeline::Response>> handle(pipeline::Request&) override {
    pipeline::Response response;
    response.body = pipeline::Body(std::make_unique<test::Pieces>(pieces_), 5);
    co_return response;
  }

 private:
  std::vector<std::string> pieces_;
};

/// The responses to two pipelined requests, until the connection is closed.
std::string answers_to_two(std::vector<std::string> pieces) {
  boost::asio::io_context loop;
  SaysFive handler(std::move(pieces));
  test::ManualClock clock;
  Log log("test", std::make_shared<spdlog::sinks::null_sink_mt>());
  server::Occupancy occupancy({}, "clients", log);
  server::Server server(loop, handler, clock, {.idle_timeout = Milliseconds{50}}, occupancy, log);
  auto listener = net::Listener::open(loop, {"127.0.0.1", "0", {}}).value();
  const net::Endpoint endpoint = listener->endpoint();
  server.accept_on(std::move(listener));
  const SteadyTime deadline = std::chrono::steady_clock::now() + Seconds{5};
  const std::unique_ptr<net::Stream> client = test::run_task(loop, net::connect(endpoint, deadline)).value();
  const std::array<std::string_view, 2> both{"GET / HTTP/1.1\r\nHost: h\r\n\r\n",
                                             "GET / HTTP/1.1\r\nHost: h\r\n\r\n"};
  CHECK(test::run_task(loop, client->write(both)).has_value());
  std::string text;
  std::array<char, 4096> buffer{};
  while (const Result<std::size_t> count = test::run_task(loop, client->read_some(buffer))) {
    text.append(buffer.data(), *count);
  }
  server.close();
  loop.run_for(Milliseconds{200});
  return text;
}

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("RFC 9112, section 6.3: content of another length than announced closes the connection") {
  struct Case {
    std::vector<std::string> pieces;
    std::size_t answers;
    std::string_view end;
  };
  for (const Case& each :
       {Case{{"he", "llo"}, 2, "hello"}, Case{{"he", "ll"}, 1, "\r\n\r\nhell"},
        Case{{"he", "llo", "!"}, 1, "\r\n\r\nhello"}, Case{{"he", "llo!"}, 1, "\r\n\r\nhe"}}) {
    CAPTURE(each.end);
    const std::string text = answers_to_two(each.pieces);
    CHECK(count_of(text, "HTTP/1.1 200 OK\r\n") == each.answers);
    CHECK(text.ends_with(each.end));
  }
}
