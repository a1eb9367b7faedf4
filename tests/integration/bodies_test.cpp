#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

#include <thread>

/// Content passing through: framing, size, back-pressure, Expect (RFC 9110, section 10.1.1).
namespace larder::test {

namespace {

constexpr std::uint64_t mebibyte = 1 << 20;

/// A sanitizer's shadow memory hides what larder itself uses, and the sanitizer makes it ten times slower.
const std::uint64_t huge = (is_sanitized() ? 16 : 256) * mebibyte;
constexpr std::uint64_t allowed_growth = 100 * mebibyte;

struct Proxy {
  explicit Proxy(Origin::Handler handler)
      : origin(std::move(handler)), larder(Yaml{.upstream = origin.url()}) {}

  Origin origin;
  Larder larder;
  Client client = larder.client();
};

OriginResponse pattern_of(std::uint64_t size, OriginResponse::Framing framing) {
  OriginResponse response;
  response.pattern = size;
  response.framing = framing;
  return response;
}

void send_pattern(Client& client, std::uint64_t size, bool chunked) {
  for (std::uint64_t offset = 0; offset < size;) {
    const std::string_view piece = Pattern::at(offset, size - offset);
    char line[32];
    if (chunked)
      client.send(
          {line, static_cast<std::size_t>(std::snprintf(line, sizeof line, "%zx\r\n", piece.size()))});
    client.send(piece);
    if (chunked) client.send("\r\n");
    offset += piece.size();
  }
  if (chunked) client.send("0\r\n\r\n");
}

Fields framing_fields(std::uint64_t size, bool chunked) {
  return chunked ? Fields{{"Transfer-Encoding", "chunked"}}
                 : Fields{{"Content-Length", std::to_string(size)}};
}

}  // namespace

TEST_CASE("Request content arrives whole, by length and in chunks, small and large") {
  Proxy proxy([](const OriginRequest&) { return text("taken"); });
  for (const std::uint64_t size : {0ull, 1ull, 1000ull, 65'536ull, 3'000'000ull}) {
    for (const bool chunked : {false, true}) {
      CAPTURE(size);
      CAPTURE(chunked);
      proxy.client.send(proxy.client.head_text("POST", "/a", framing_fields(size, chunked)));
      send_pattern(proxy.client, size, chunked);
      CHECK(proxy.client.receive("POST").body == "taken");
      const OriginRequest received = proxy.origin.last();
      CHECK(received.complete);
      CHECK(received.body_size == size);
      CHECK(received.body_is_pattern);
    }
  }
}

TEST_CASE("Response content arrives whole with every framing, whether stored or passed through") {
  using Framing = OriginResponse::Framing;
  for (const std::uint64_t size : {1ull, 1000ull, 65'536ull, 3'000'000ull, 10'000'000ull}) {
    for (const Framing framing : {Framing::length, Framing::chunked, Framing::until_close}) {
      CAPTURE(size);
      Proxy proxy([=](const OriginRequest&) { return pattern_of(size, framing); });
      for (int i = 0; i < 2; ++i) {
        Pattern pattern;
        proxy.client.send(proxy.client.head_text("GET", "/a"));
        const Response response =
            proxy.client.receive("GET", [&](std::string_view bytes) { pattern.check(bytes); });
        CHECK(response.complete);
        CHECK(pattern.holds());
        CHECK(pattern.size() == size);
      }
    }
  }
}

TEST_CASE("Huge request content takes bounded memory") {
  Proxy proxy([](const OriginRequest&) { return text("taken"); });
  for (const bool chunked : {false, true}) {
    proxy.client.get("/warm");
    const std::uint64_t before = proxy.larder.peak_memory();
    proxy.client.send(proxy.client.head_text("PUT", "/a", framing_fields(huge, chunked)));
    send_pattern(proxy.client, huge, chunked);
    CHECK(proxy.client.receive("PUT").status == 200);
    CHECK(proxy.origin.last().body_size == huge);
    CHECK(proxy.origin.last().body_is_pattern);
    if (!is_sanitized()) CHECK(proxy.larder.peak_memory() - before < allowed_growth);
  }
}

TEST_CASE("Huge response content takes bounded memory") {
  using Framing = OriginResponse::Framing;
  for (const Framing framing : {Framing::length, Framing::chunked}) {
    Proxy proxy([=](const OriginRequest& request) {
      return request.target == "/warm" ? text("warm") : pattern_of(huge, framing);
    });
    proxy.client.get("/warm");
    const std::uint64_t before = proxy.larder.peak_memory();
    Pattern pattern;
    proxy.client.send(proxy.client.head_text("GET", "/a"));
    CHECK(proxy.client.receive("GET", [&](std::string_view bytes) { pattern.check(bytes); }).complete);
    CHECK(pattern.size() == huge);
    CHECK(pattern.holds());
    if (!is_sanitized()) CHECK(proxy.larder.peak_memory() - before < allowed_growth);
  }
}

TEST_CASE("A client that does not read slows the origin down instead of filling larder's memory") {
  Proxy proxy([](const OriginRequest& request) {
    return request.target == "/warm" ? text("warm") : pattern_of(huge, OriginResponse::Framing::length);
  });
  proxy.client.get("/warm");
  const std::uint64_t before = proxy.larder.peak_memory();
  proxy.client.send(proxy.client.head_text("GET", "/a"));
  CHECK(proxy.client.receive_head().status == 200);
  // Back-pressure cannot be observed directly; without it larder would take all of the content within this
  // time.
  eventually([&] { return proxy.larder.peak_memory() - before > allowed_growth; },
             std::chrono::milliseconds(500));
  if (!is_sanitized()) CHECK(proxy.larder.peak_memory() - before < allowed_growth);
  CHECK(proxy.larder.client().get("/warm").status == 200);
}

TEST_CASE("A client that expects 100 gets it or the final response, and its content arrives") {
  Proxy proxy([](const OriginRequest& request) { return text(request.body); });
  for (int i = 0; i < 2; ++i) {
    proxy.client.send(
        proxy.client.head_text("PUT", "/a", {{"Content-Length", "5"}, {"Expect", "100-continue"}}));
    CHECK(proxy.client.receive_head().status == 100);
    proxy.client.send("hello");
    const Response response = proxy.client.receive("PUT");
    CHECK(response.status == 200);
    CHECK(response.body == "hello");
  }
}

TEST_CASE("A client that expects 100 but does not wait for it is served too") {
  Proxy proxy([](const OriginRequest& request) { return text(request.body); });
  proxy.client.send(
      proxy.client.head_text("PUT", "/a", {{"Content-Length", "5"}, {"Expect", "100-continue"}}) + "hello");
  CHECK(proxy.client.receive("PUT").body == "hello");
}

TEST_CASE(
    "The response of an origin that refuses before the content was sent is passed on, and that connection is "
    "not reused") {
  Proxy proxy([](const OriginRequest& request) { return text(request.body); });
  proxy.origin.answer_early([](const OriginRequest& request) -> std::optional<OriginResponse> {
    if (request.target != "/refused") return std::nullopt;
    return status(413);
  });
  Client client = proxy.larder.client();
  client.send(client.head_text("PUT", "/refused", {{"Content-Length", "10000000"}}));
  std::jthread sending([&] { send_pattern(client, 10'000'000, false); });
  CHECK(client.receive("PUT").status == 413);
  client.wire().socket().shutdown();
  sending.join();
  CHECK(proxy.client.put("/a", "on").body == "on");
}

TEST_CASE("If a client disconnects while sending content, the origin sees an incomplete request") {
  Proxy proxy([](const OriginRequest& request) { return text(request.body); });
  Client leaving = proxy.larder.client();
  leaving.send(leaving.head_text("PUT", "/a", {{"Content-Length", "10"}}) + "hello");
  leaving.disconnect();
  CHECK(proxy.client.put("/b", "on").body == "on");
  for (const OriginRequest& request : proxy.origin.requests())
    CHECK((request.target != "/a" || !request.complete));
}

}  // namespace larder::test
