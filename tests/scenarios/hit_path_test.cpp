#include "scenario.hpp"

#include <larder/net/listener.hpp>
#include <larder/server/server.hpp>

#include <doctest/doctest.h>
#include <spdlog/sinks/null_sink.h>

#include <arpa/inet.h>
#include <cstdlib>
#include <new>
#include <sys/socket.h>
#include <unistd.h>

// Hits through a real server and a real socket: nothing is allocated that can be kept from request to
// request, several requests are answered together, and what the socket does not accept immediately is sent
// once it does.

namespace {

std::size_t allocations = 0;  // of this program, whose tests run on one thread

}  // namespace

// Sanitizers have their own allocator: with them nothing is counted.
#ifndef __has_feature
#define __has_feature(name) 0
#endif
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size);
}
void* operator new(std::size_t size) {
  if (void* memory = operator new(size, std::nothrow)) return memory;
  throw std::bad_alloc();
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return operator new(size, std::nothrow);
}
void* operator new[](std::size_t size) {
  return operator new(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}
#endif

using namespace larder;
using namespace larder::test;

namespace {

/// A blocking client that allocates nothing itself.
class Client {
 public:
  explicit Client(std::string_view port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(std::string(port))));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void send(std::string_view bytes) {
    REQUIRE(::send(socket_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  }

  /// What has arrived by now.
  std::string_view received() {
    const ssize_t count = ::recv(socket_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    return {buffer_.data(), count < 0 ? 0 : static_cast<std::size_t>(count)};
  }

 private:
  int socket_;
  std::array<char, 65536> buffer_;
};

struct Fixture {
  Fixture() {
    auto listener = net::Listener::open(scenario.loop, {"127.0.0.1", "0", {}});
    REQUIRE(listener.has_value());
    port = (*listener)->endpoint().port;
    scenario.origin_says({.fields = {{"Cache-Control", "max-age=60"}}, .content = "content"});
    scenario.get("/a");
    scenario.get("/b?c=d");
    scenario.origin_says({.fields = {{"Cache-Control", "public, max-age=60"}}, .content = "content"});
    scenario.get("/public");
    scenario.origin_says({.fields = {{"Cache-Control", "max-age=60"}}, .content = std::string(16'000, 'x')});
    scenario.get("/large");
    scenario.origin_says({.fields = {{"Cache-Control", "max-age=60"}}, .content = std::string(100'000, 'y')});
    scenario.get("/larger");
    scenario.loop.restart();
    server.accept_on(std::move(*listener));
  }
  ~Fixture() {
    server.close();
    scenario.loop.restart();
    scenario.loop.run_for(Milliseconds{100});
  }

  /// Allocations until the response has arrived completely.
  std::size_t ask(Client& client, std::string_view request, std::string_view end) {
    client.send(request);
    const std::size_t before = allocations;
    std::string_view answer;
    while (!answer.ends_with(end)) {
      scenario.loop.run_one();
      answer = client.received();
    }
    CHECK(answer.find("X-Cache: HIT") != answer.npos);
    return allocations - before;
  }

  Scenario scenario{{route("/**", Seconds{600})}};
  Log log{"test", std::make_shared<spdlog::sinks::null_sink_mt>()};
  server::Occupancy occupancy{{}, "clients", log};
  server::Server server{scenario.loop, scenario.handler, scenario.clock, server::Settings{}, occupancy, log};
  std::string port;
};

}  // namespace

TEST_CASE("A hit allocates nothing once its connection has served a few") {
  constexpr std::string_view plain = "GET /a HTTP/1.1\r\nHost: shop.test\r\n\r\n";
  constexpr std::string_view browser =
      "GET /b?c=d HTTP/1.1\r\nHost: shop.test\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0)\r\n"
      "Accept: text/html,application/xhtml+xml\r\nAccept-Language: de,en;q=0.5\r\nConnection: keep-alive\r\n"
      "Cookie: _ga=GA1.1.12345.67890; _gid=GA1.1.1.2; _fbp=fb.1.2.3\r\nX-Anything: else\r\n"
      "X-Csrf-Token: abcdefghijklmnopqrstuvwxyz\r\nSec-Fetch-Mode: navigate\r\nCache-Control: max-stale=5\r\n"
      "\r\n";
  constexpr std::string_view user =
      "GET /public HTTP/1.1\r\nHost: shop.test\r\nAuthorization: Bearer abcdefghijklmnop\r\n"
      "Cookie: session=abcdefghijklmnopqrstuvwxyz; c=d\r\nX-Api-Key: abcdefghijklmnopq\r\n\r\n";
  const std::string pipelined = std::string(plain).append(browser).append(plain);
  Fixture fixture;
  Client client(fixture.port);
  for (int i = 0; i < 5; ++i) {
    fixture.ask(client, browser, "content");
    fixture.ask(client, user, "content");
    fixture.ask(client, pipelined, "content");
  }
  for (const std::string_view request : {plain, browser, user, std::string_view(pipelined)}) {
    CAPTURE(request);
    CHECK(fixture.ask(client, request, "content") == 0);
  }
}

TEST_CASE("Responses that the socket does not accept immediately are sent once it does, all and in order") {
  constexpr std::string_view small = "GET /a HTTP/1.1\r\nHost: shop.test\r\n\r\n";
  constexpr std::string_view large = "GET /large HTTP/1.1\r\nHost: shop.test\r\n\r\n";
  constexpr std::string_view larger = "GET /larger HTTP/1.1\r\nHost: shop.test\r\n\r\n";
  constexpr int rounds = 100;
  std::string requests;
  for (int i = 0; i < rounds; ++i) requests.append(large).append(small).append(larger).append(large);
  Fixture fixture;
  Client client(fixture.port);
  client.send(requests);
  fixture.scenario.loop.run_for(Milliseconds{50});  // until the socket is full
  std::string answers;
  const auto count = [&answers](std::string_view text) {
    int times = 0;
    for (std::size_t at = answers.find(text); at != answers.npos; at = answers.find(text, at + 1)) ++times;
    return times;
  };
  const std::size_t contents = rounds * (2 * 16'000 + 100'000 + std::string_view("content").size());
  while (answers.size() < contents || !answers.ends_with("xxxx") || count("X-Cache: HIT") < 4 * rounds) {
    fixture.scenario.loop.run_for(Milliseconds{1});
    for (auto more = client.received(); !more.empty(); more = client.received()) answers += more;
  }
  CHECK(count("X-Cache: HIT") == 4 * rounds);
  CHECK(count("Content-Length: 7\r\n\r\ncontentHTTP/1.1 200 OK") == rounds);
  CHECK(count("Content-Length: 100000\r\n\r\nyyyy") == rounds);
  CHECK(count("xHTTP/1.1 200 OK") == 2 * rounds - 1);
}
