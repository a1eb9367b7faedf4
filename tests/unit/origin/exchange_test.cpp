#include "support/pieces.hpp"
#include "support/run_task.hpp"

#include <larder/http/fault.hpp>
#include <larder/net/listener.hpp>
#include <larder/net/timer.hpp>
#include <larder/origin/origin.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <doctest/doctest.h>
#include <spdlog/sinks/null_sink.h>

#include <array>
#include <functional>
#include <utility>

namespace larder::exchange_test {

namespace {

using Script = std::function<Task<>(net::Stream&)>;

Task<> say(net::Stream& stream, std::string_view text) {
  const std::array parts{text};
  co_await stream.write(parts);
}

/// Reads until the data, beginning with what was `heard` before, contains `end`, or the peer closes.
Task<> hear_on(net::Stream& stream, std::string& heard, std::string_view end) {
  std::array<char, 4096> buffer{};
  while (heard.find(end) == std::string::npos) {
    const Result<std::size_t> count = co_await stream.read_some(buffer);
    if (!count) co_return;
    heard.append(buffer.data(), *count);
  }
}

Task<> hear(net::Stream& stream, std::string_view end) {
  std::string heard;
  co_await hear_on(stream, heard, end);
}

Task<> play(std::unique_ptr<net::Stream> stream, const Script& script) {
  co_await script(*stream);
  stream->close();
}

/// Content whose client breaks off.
class BrokenOff final : public pipeline::BodyReader {
 public:
  Task<Result<std::string_view>> read() override {
    if (std::exchange(has_begun_, true)) co_return Error::client_left;
    co_return std::string_view("half of");
  }

 private:
  bool has_begun_ = false;
};

/// What a client sees before its response: `103 Early Hints a=1`.
class Hints final : public pipeline::InterimSink {
 public:
  void take(const http::ResponseHead& head) override {
    said += std::to_string(head.status) + " " + std::string(head.fields.find("Link").value_or("")) + "|";
  }
  std::string said;
};

/// An upstream whose connections play one script after another; then it stops listening.
struct Fixture {
  explicit Fixture(std::vector<Script> scripts_to_play, Milliseconds idle_timeout = Seconds{60})
      : scripts(std::move(scripts_to_play)) {
    listener = net::Listener::open(loop, {"127.0.0.1", "0", {}}).value();
    settings.name = "up";
    settings.servers = {{listener->endpoint(), {}}};
    settings.connect_timeout = Seconds{5};
    settings.first_byte_timeout = Seconds{5};
    settings.idle_timeout = idle_timeout;
    origin.emplace(std::vector{settings}, log);
    boost::asio::co_spawn(loop, serve(*this), boost::asio::detached);
  }

  static Task<> serve(Fixture& self) {
    for (const Script& script : self.scripts) {
      Result<std::unique_ptr<net::Stream>> stream = co_await self.listener->accept();
      if (!stream) co_return;
      if (&script == &self.scripts.back()) self.listener->close();
      boost::asio::co_spawn(self.loop, play(std::move(*stream), script), boost::asio::detached);
    }
  }

  /// The content of the response, or the error's message.
  static Task<std::string> exchange(Fixture& self, std::string method, pipeline::Body body) {
    pipeline::Request request;
    request.head.method = std::move(method);
    request.head.target = "/";
    request.head.fields.add("Host", "up");
    request.upstream = "up";
    request.interim = &self.hints;
    request.body = std::move(body);
    Result<pipeline::Response> response = co_await self.origin->handle(request);
    if (!response) co_return response.error().message();
    std::string content(response->body.bytes().view());
    while (response->body.is_streamed()) {
      const Result<std::string_view> piece = co_await response->body.reader().read();
      if (!piece) co_return content + " then " + piece.error().message();
      if (piece->empty()) break;
      content += *piece;
    }
    co_return content;
  }

  std::string ask(std::string method, pipeline::Body body = {}) {
    return test::run_task(loop, exchange(*this, std::move(method), std::move(body)));
  }

  boost::asio::io_context loop;
  Log log{"test", std::make_shared<spdlog::sinks::null_sink_mt>()};
  std::vector<Script> scripts;
  Hints hints;
  std::unique_ptr<net::Listener> listener;
  origin::Settings settings;
  std::optional<origin::Origin> origin;
};

constexpr std::string_view head_end = "\r\n\r\n";

Task<> ends_orderly(net::Stream& stream) {
  co_await hear(stream, head_end);
  co_await say(stream, "HTTP/1.1 200 OK\r\n\r\nall of it");
}

/// Bytes unread at close make the kernel reset the connection.
Task<> breaks_off(net::Stream& stream) {
  co_await say(stream, "HTTP/1.1 200 OK\r\n\r\nhalf of");
  while (stream.is_idle()) co_await hear(stream, "");
}

Task<> answers_then_hangs_up_on_the_next(net::Stream& stream) {
  co_await hear(stream, head_end);
  co_await say(stream, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst");
  co_await hear(stream, head_end);
}

Task<> answers_head_with_content(net::Stream& stream, bool& has_sent_more) {
  co_await hear(stream, head_end);
  co_await say(stream, "HTTP/1.1 200 OK\r\nContent-Length: 38\r\n\r\n");
  co_await say(stream, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  has_sent_more = true;
  co_await hear(stream, "never");
}

/// A response of 8 KiB in all, the size of one read, and another after it.
Task<> fills_the_buffer_and_sends_more(net::Stream& stream) {
  constexpr std::size_t at_once = 8 * 1024;
  co_await hear(stream, head_end);
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 8100\r\nA: \r\n";
  const std::string padded = head.substr(0, head.size() - 2);
  const std::string filler(at_once - 8100 - padded.size() - head_end.size(), 'a');
  co_await say(stream, padded + filler + std::string(head_end) + std::string(8100, 'x') +
                           "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");
  co_await hear(stream, "never");
}

Task<> echoes_while_it_reads(net::Stream& stream) {
  std::string heard;
  co_await hear_on(stream, heard, head_end);
  co_await say(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  co_await hear_on(stream, heard, "0\r\n\r\n");
  co_await say(stream, "4\r\ndone\r\n0\r\n\r\n");
}

Task<> says(net::Stream& stream, std::string text) {
  co_await hear(stream, head_end);
  co_await say(stream, text);
  co_await hear(stream, "never");
}

/// Says that it closes the connection, but answers on it again.
Task<> says_close_and_goes_on(net::Stream& stream) {
  co_await hear(stream, head_end);
  co_await say(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nlast");
  co_await hear(stream, head_end);
  co_await say(stream, "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\none more");
}

std::string words_of(const boost::system::error_code& error) {
  return error.message();
}

}  // namespace

TEST_CASE(
    "RFC 9112, section 8: content delimited by the end of the connection is whole only after an orderly "
    "end") {
  CHECK(Fixture({ends_orderly}).ask("GET") == "all of it");
  const std::string broken = Fixture({breaks_off}).ask("GET");
  CHECK(broken.ends_with("connection broken"));
}

TEST_CASE(
    "a request that a first attempt may have delivered is not reported as unreachable after the second") {
  Fixture fixture({answers_then_hangs_up_on_the_next});
  CHECK(fixture.ask("GET") == "first");
  CHECK(fixture.ask("DELETE") == "connection closed");
}

TEST_CASE("RFC 9112, section 9.3: content sent in answer to HEAD is not taken for the next response") {
  bool has_sent_more = false;
  const Script script = [&](net::Stream& stream) { return answers_head_with_content(stream, has_sent_more); };
  Fixture fixture({script, answers_then_hangs_up_on_the_next});
  CHECK(fixture.ask("HEAD").empty());
  while (!has_sent_more) fixture.loop.run_one();
  CHECK(fixture.ask("GET") == "first");
}

TEST_CASE("a read that fills the buffer does not show what follows: that is not a response to any request") {
  Fixture fixture({fills_the_buffer_and_sends_more, answers_then_hangs_up_on_the_next});
  CHECK(fixture.ask("GET").size() > 8000);
  CHECK(fixture.ask("GET") == "first");
}

TEST_CASE(
    "a server that answers early gets the rest of the request, which it may need to complete its response") {
  Fixture fixture({echoes_while_it_reads});
  pipeline::Body body(std::make_unique<test::Pieces>(std::vector<std::string>{"one", "two"}), std::nullopt);
  CHECK(fixture.ask("POST", std::move(body)) == "done");
}

TEST_CASE("closing ends requests that wait for a response") {
  Fixture fixture({[](net::Stream& stream) -> Task<> { co_await hear(stream, "never"); }});
  fixture.loop.poll();
  boost::asio::post(fixture.loop, [&] { boost::asio::post(fixture.loop, [&] { fixture.origin->close(); }); });
  const std::string answer = fixture.ask("PUT");
  CHECK(answer == make_error_code(Error::canceled).message());
}

TEST_CASE("RFC 9110, section 15.2.2: an unsolicited 101 is malformed") {
  Fixture fixture({[](net::Stream& stream) {
    return says(stream, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n");
  }});
  CHECK(fixture.ask("GET") == words_of(http::Fault::switching));
}

TEST_CASE("RFC 9110, section 15.2: sixteen interim responses may come at once, a seventeenth is malformed") {
  for (const int count : {16, 17}) {
    CAPTURE(count);
    std::string text;
    for (int i = 0; i < count; ++i) text += "HTTP/1.1 103 Early Hints\r\n\r\n";
    text += "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfinal";
    Fixture fixture({[text](net::Stream& stream) { return says(stream, text); }});
    CHECK(fixture.ask("GET") == (count == 16 ? "final" : words_of(http::Fault::interim_flood)));
  }
}

TEST_CASE("interim responses are told as they come, and are no part of the response; 100 is not told") {
  Fixture fixture({[](net::Stream& stream) {
    return says(stream,
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
                "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 199 New\r\nLink: </b>\r\n\r\n"
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfinal");
  }});
  CHECK(fixture.ask("GET") == "final");
  CHECK(fixture.hints.said == "102 |103 </a>|199 </b>|");
}

TEST_CASE("RFC 2518, section 10.1: 102 (Processing) gives its server more time, and 103 does not") {
  struct Case {
    std::string interim;
    bool is_answered;
  };
  for (const auto& [interim, is_answered] : {Case{"102 Processing", true}, Case{"103 Early Hints", false}}) {
    CAPTURE(interim);
    const std::string head = "HTTP/1.1 " + interim + "\r\n\r\n";
    const Script hurries_slowly = [&head](net::Stream& stream) -> Task<> {
      co_await hear(stream, head_end);
      for (int i = 0; i < 4; ++i) {
        co_await net::sleep_until(std::chrono::steady_clock::now() + Milliseconds{150});
        co_await say(stream, head);
      }
      co_await say(stream, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfinal");
    };
    Fixture fixture({hurries_slowly});
    fixture.settings.first_byte_timeout = Milliseconds{400};
    fixture.origin->adopt({fixture.settings}, {});
    CHECK(fixture.ask("GET") == (is_answered ? "final" : words_of(Error::timeout)));
  }
}

TEST_CASE("content that pauses for longer than idle_timeout has failed") {
  const Script pauses = [](net::Stream& stream) {
    return says(stream, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  };
  Fixture fixture({pauses}, Milliseconds{50});
  const SteadyTime begun = std::chrono::steady_clock::now();
  CHECK(fixture.ask("GET") == "half then " + words_of(Error::timeout));
  CHECK(std::chrono::steady_clock::now() - begun < Seconds{3});
}

TEST_CASE("RFC 9112, section 9.6: a connection is not reused after `Connection: close`") {
  Fixture fixture({says_close_and_goes_on, answers_then_hangs_up_on_the_next});
  CHECK(fixture.ask("GET") == "last");
  CHECK(fixture.ask("GET") == "first");
}

TEST_CASE("if a client aborts, the server's connection is closed: half a request must not look complete") {
  bool has_ended = false;
  const Script waits = [&has_ended](net::Stream& stream) -> Task<> {
    co_await hear(stream, "never");
    has_ended = true;
  };
  Fixture fixture({waits});
  const std::string answer = fixture.ask("POST", pipeline::Body(std::make_unique<BrokenOff>(), std::nullopt));
  CHECK(answer != words_of(Error::timeout));
  while (!has_ended) fixture.loop.run_one();
}

}  // namespace larder::exchange_test
