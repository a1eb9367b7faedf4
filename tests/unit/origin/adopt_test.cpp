#include "support/run_task.hpp"

#include <larder/net/listener.hpp>
#include <larder/origin/origin.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <doctest/doctest.h>
#include <spdlog/sinks/null_sink.h>

#include <array>

namespace larder::adopt_test {

namespace {

/// A server that answers each request with the number of its connection and, unless `holds` delays it, a "!".
class Server {
 public:
  explicit Server(boost::asio::io_context& loop)
      : loop_(loop), listener_(net::Listener::open(loop, {"127.0.0.1", "0", {}}).value()) {
    boost::asio::co_spawn(loop_, accept(*this), boost::asio::detached);
  }

  const net::Endpoint& endpoint() const { return listener_->endpoint(); }
  void close() { listener_->close(); }

  bool holds = false;

 private:
  static Task<> accept(Server& self) {
    for (int number = 1;; ++number) {
      Result<std::unique_ptr<net::Stream>> stream = co_await self.listener_->accept();
      if (!stream) co_return;
      boost::asio::co_spawn(self.loop_, serve(self, std::move(*stream), number), boost::asio::detached);
    }
  }

  static Task<> serve(Server& self, std::unique_ptr<net::Stream> stream, int number) {
    std::array<char, 4096> buffer{};
    while (true) {
      const Result<std::size_t> count = co_await stream->read_some(buffer);
      if (!count) co_return;
      std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + std::to_string(number);
      if (!self.holds) answer += "!";
      const std::array parts{std::string_view(answer)};
      co_await stream->write(parts);
    }
  }

  boost::asio::io_context& loop_;
  std::unique_ptr<net::Listener> listener_;
};

struct Fixture {
  ~Fixture() {
    origin.close();
    server.close();
    loop.restart();
    loop.run_for(Seconds{10});
    CHECK(loop.stopped());
  }

  static Task<std::string> exchange(Fixture& self, std::string upstream) {
    pipeline::Request request;
    request.head.method = "GET";
    request.head.target = "/";
    request.head.fields.add("Host", "up");
    request.upstream = std::move(upstream);
    Result<pipeline::Response> response = co_await self.origin.handle(request);
    if (!response) co_return response.error().message();
    std::string content(response->body.bytes().view());
    while (response->body.is_streamed()) {
      const Result<std::string_view> piece = co_await response->body.reader().read();
      if (!piece) co_return content + " then " + piece.error().message();
      if (piece->empty()) break;
      content += *piece;
      ++self.pieces;
    }
    co_return content;
  }

  std::string ask(std::string upstream) { return test::run_task(loop, exchange(*this, std::move(upstream))); }

  /// The upstream of that name at the server.
  origin::Settings up(std::string name, Milliseconds idle = Seconds{60}) const {
    return {.name = std::move(name), .servers = {{server.endpoint(), {}}}, .idle_timeout = idle};
  }

  boost::asio::io_context loop;
  Log log{"test", std::make_shared<spdlog::sinks::null_sink_mt>()};
  Server server{loop};
  std::shared_ptr<int> earlier = std::make_shared<int>();
  origin::Origin origin{{up("a")}, log};
  int pieces = 0;  ///< of content, so far
};

const std::string unavailable = make_error_code(Error::unavailable).message();

}  // namespace

TEST_CASE("an unchanged upstream keeps its connections; a changed one gets new ones") {
  Fixture f;
  CHECK(f.ask("a") == "1!");
  f.origin.adopt({f.up("a"), f.up("b")}, f.earlier);
  CHECK(f.ask("a") == "1!");
  CHECK(f.ask("b") == "2!");
  f.origin.adopt({f.up("a", Seconds{30}), f.up("b")}, f.earlier);
  CHECK(f.ask("a") == "3!");
  CHECK(f.ask("b") == "2!");
}

TEST_CASE("a removed upstream is still asked while a generation may name it") {
  Fixture f;
  f.origin.adopt({f.up("b")}, f.earlier);
  CHECK(f.ask("a") == "1!");
  f.origin.adopt({f.up("b")}, std::make_shared<int>());
  CHECK(f.ask("a") == "1!");
  f.earlier.reset();
  f.origin.adopt({f.up("b")}, std::make_shared<int>());
  CHECK(f.ask("a") == unavailable);
  f.origin.adopt({f.up("a")}, f.earlier);
  CHECK(f.ask("a") == "2!");
}

TEST_CASE("an upstream is asked while any generation that may name it lives, not only the last one") {
  Fixture f;
  const auto first = std::make_shared<int>();
  auto second = std::make_shared<int>();
  f.origin.adopt({f.up("a"), f.up("b")}, first);
  f.origin.adopt({f.up("b")}, second);
  second.reset();
  f.origin.adopt({f.up("b")}, f.earlier);
  CHECK(f.ask("a") == "1!");
}

TEST_CASE("a response in progress goes on when its upstream is replaced or removed, and closing ends it") {
  for (const bool is_replaced : {true, false}) {
    CAPTURE(is_replaced);
    Fixture f;
    f.server.holds = true;
    auto begun = boost::asio::co_spawn(f.loop, Fixture::exchange(f, "a"), boost::asio::use_future);
    while (f.pieces == 0) f.loop.run_one();
    std::vector<origin::Settings> others{f.up("b")};
    if (is_replaced) others.push_back(f.up("a", Seconds{30}));
    f.earlier.reset();
    f.origin.adopt(others, f.earlier);
    f.origin.adopt(others, f.earlier);
    f.loop.poll();
    CHECK(begun.wait_for(Seconds{0}) == std::future_status::timeout);
    f.origin.close();
    while (begun.wait_for(Seconds{0}) != std::future_status::ready) f.loop.run_one();
    CHECK(begun.get().starts_with("1 then "));
  }
}

}  // namespace larder::adopt_test
