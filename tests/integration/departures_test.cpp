#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <vector>

/// Clients that disconnect while their origin is silent.
namespace larder::test {

namespace {

using namespace std::chrono_literals;

/// An origin that goes silent: for /off/head before the head, otherwise within the content; /plain is
/// answered. It counts the connections that larder closed.
class SilentOrigin {
 public:
  SilentOrigin() {
    acceptor_ = std::thread([this] {
      for (Socket client = listener_.accept(); client; client = listener_.accept()) {
        serving_.emplace_back([this, wire = std::make_shared<Wire>(std::move(client))] { serve(*wire); });
      }
    });
  }
  ~SilentOrigin() {
    stopping_ = true;
    listener_.shutdown();
    acceptor_.join();
    for (std::thread& thread : serving_) thread.join();
  }
  SilentOrigin(const SilentOrigin&) = delete;
  SilentOrigin& operator=(const SilentOrigin&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(listener_.port()); }
  int asked() const { return asked_; }
  int ended() const { return ended_; }

 private:
  void serve(Wire& wire) {
    const std::string head = wire.read_head().value_or("");
    if (contains(head, " /plain ")) {
      wire.socket().send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
      return;
    }
    ++asked_;
    if (!contains(head, " /off/head")) {
      wire.socket().send(
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" +
          std::string(contains(head, " /events") ? "Content-Type: text/event-stream\r\n" : "") +
          "\r\n6\r\nevent\n\r\n");
    }
    bool has_ended = false;
    while (!has_ended && !stopping_) has_ended = wire.ends(20ms);
    if (has_ended) ++ended_;
  }

  Socket listener_ = Socket::listening(0);
  std::atomic<bool> stopping_{false};
  std::atomic<int> asked_{0};
  std::atomic<int> ended_{0};
  std::vector<std::thread> serving_;  // used by the acceptor alone, while it runs
  std::thread acceptor_;
};

/// Resets the connection instead of closing it.
void reset(Client& client) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(client.wire().socket().descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  client.disconnect();
}

}  // namespace

TEST_CASE(
    "A client that disconnects while waiting for a response of its own has the origin's connection closed") {
  const SilentOrigin origin;
  const Larder larder(Yaml{.upstream = origin.url(),
                           .routes = "  - {match: /off/**, cache: off}\n  - {match: /**, ttl: 1m}\n"});
  int left = 0;
  for (const char* target : {"/off/head", "/off/amid", "/events"}) {
    for (const bool is_reset : {false, true}) {
      CAPTURE(target);
      CAPTURE(is_reset);
      Client client = larder.client();
      client.send(client.head_text("GET", target));
      const bool is_asked = eventually([&] { return origin.asked() == left + 1; });
      REQUIRE(is_asked);
      if (is_reset) reset(client);
      client.disconnect();
      ++left;
      const bool is_ended = eventually([&] { return origin.ended() == left; }, 5s);
      CHECK(is_ended);
    }
  }
}

TEST_CASE(
    "Silent responses of unknown length do not occupy their slots for long once their clients have left") {
  const SilentOrigin origin;
  const Larder larder(
      Yaml{.upstream = origin.url(), .protection = "    max_fills: 4\n    queue_timeout: 100ms\n"});
  for (int visit = 0; visit < 4; ++visit) {
    Client client = larder.client();
    client.send(client.head_text("GET", "/amid/" + std::to_string(visit)));
    CHECK(client.receive_head().status == 200);
  }
  CHECK(larder.client().get("/plain").status == 503);
  const bool has_room = eventually([&] { return larder.client().get("/plain").status == 200; }, 12s);
  CHECK(has_room);
  const bool are_ended = eventually([&] { return origin.ended() == 4; });
  CHECK(are_ended);
}

TEST_CASE("Clients that disconnect while waiting for another one's fetch, or for its turn, keep no place") {
  const SilentOrigin origin;
  const Larder larder(Yaml{.upstream = origin.url(),
                           .protection = "    max_fills: 1\n    queue_timeout: 30s\n",
                           .rest = "limits: {connections: 4}\n"});
  Client first = larder.client();
  first.send(first.head_text("GET", "/off/head"));
  const bool is_asked = eventually([&] { return origin.asked() == 1; });
  REQUIRE(is_asked);
  for (const std::string target : {"/off/head", "/off/head/"}) {
    CAPTURE(target);
    std::vector<Client> others;
    for (int i = 0; i < 3; ++i) {
      Client& other = others.emplace_back(larder.client());
      other.send(other.head_text("GET", target + (target.ends_with('/') ? std::to_string(i) : "")));
    }
    std::this_thread::sleep_for(200ms);
    for (Client& other : others) other.disconnect();
    const auto left = std::chrono::steady_clock::now();
    CHECK(larder.client().post("/plain").status == 200);
    CHECK(std::chrono::steady_clock::now() - left < 5s);
  }
  CHECK(origin.asked() == 1);
}

TEST_CASE("A client that is answered before its content came, and disconnects, leaves nothing behind") {
  Origin origin([](const OriginRequest& request) { return text(request.target); });
  origin.answer_early([](const OriginRequest& request) -> std::optional<OriginResponse> {
    if (request.target == "/plain") return std::nullopt;
    OriginResponse refusal = text("no");
    refusal.status = 401;
    return refusal;
  });
  const Larder larder(Yaml{.upstream = origin.url(), .rest = "limits: {connections: 4}\n"});
  for (const char* head :
       {"GET /early HTTP/1.1\r\nContent-Length: 5\r\n", "POST /early HTTP/1.1\r\nContent-Length: 5\r\n",
        "POST /early HTTP/1.1\r\nTransfer-Encoding: chunked\r\n",
        "POST /early HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n"}) {
    CAPTURE(std::string(head));
    for (int visit = 0; visit < 8; ++visit) {
      Client client = larder.client();
      client.send(std::string(head) + "Host: shop.test\r\n\r\n");
      CHECK(client.receive_head().status >= 100);
      if (visit % 2 == 0) reset(client);
    }
  }
  CHECK(larder.client().get("/plain").status == 200);
}

TEST_CASE("A client that has already sent its next request has not disconnected") {
  Origin origin([](const OriginRequest& request) {
    if (request.target == "/slow") std::this_thread::sleep_for(2'500ms);
    return text(request.target);
  });
  const Larder larder(Yaml{.upstream = origin.url()});
  Client client = larder.client();
  client.send(client.head_text("GET", "/slow") + client.head_text("GET", "/next"));
  CHECK(client.receive().body == "/slow");
  CHECK(client.receive().body == "/next");
}

TEST_CASE(
    "The response to a write is awaited though its client has left, and what the write changed is purged") {
  std::atomic<int> version{1};
  Origin origin([&](const OriginRequest& request) {
    if (request.method == "POST") {
      std::this_thread::sleep_for(2'500ms);
      ++version;
    }
    return text(std::to_string(version));
  });
  const Larder larder(Yaml{.upstream = origin.url()});
  CHECK(larder.client().get("/thing").body == "1");
  CHECK(cache_result(larder.client().get("/thing")) == "HIT");
  Client client = larder.client();
  client.send(client.head_text("POST", "/thing", {{"Content-Length", "0"}}));
  const bool is_asked = eventually([&] { return origin.count("POST", "/thing") == 1; });
  CHECK(is_asked);
  client.disconnect();
  const bool is_purged = eventually([&] { return larder.client().get("/thing").body == "2"; });
  CHECK(is_purged);
}

}  // namespace larder::test
