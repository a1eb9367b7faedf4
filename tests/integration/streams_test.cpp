#include "support/administered.hpp"
#include "support/origin.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

/// Endless responses, and clients that do not read, over real sockets.
namespace larder::test {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t mebibyte = 1 << 20;
constexpr std::uint64_t large = 7 * mebibyte;

bool is_endless(const OriginRequest& request) {
  return request.target.starts_with("/endless");
}

/// A response that says which request it answers, and never ends.
OriginResponse endless(const std::string& fields, int nth) {
  OriginResponse response;
  response.raw = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + fields + "\r\n7\r\nevent " +
                 std::to_string(nth) + "\r\n";
  return response;
}

/// Sends a request and reads nothing: as slow as a client can be.
void ask_without_reading(std::deque<Client>& clients, const Larder& larder, const std::string& target) {
  clients.push_back(larder.client());
  clients.back().send(clients.back().head_text("GET", target));
}

/// An origin whose responses are endless, an event every 50 ms, but for /plain. They end when their readers
/// leave, or with the origin.
class Trickle {
 public:
  Trickle() {
    acceptor_ = std::thread([this] {
      for (Socket client = listener_.accept(); client; client = listener_.accept()) {
        serving_.emplace_back([this, wire = std::make_shared<Wire>(std::move(client))] { serve(*wire); });
      }
    });
  }
  ~Trickle() {
    stopping_ = true;
    listener_.shutdown();
    acceptor_.join();
    for (std::thread& thread : serving_) thread.join();
  }
  Trickle(const Trickle&) = delete;
  Trickle& operator=(const Trickle&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(listener_.port()); }

 private:
  void serve(Wire& wire) {
    const std::string head = wire.read_head().value_or("");
    if (contains(head, " /plain ")) {
      wire.socket().send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
      return;
    }
    bool is_open = wire.socket().send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (is_open && !stopping_) {
      is_open = wire.socket().send("6\r\nevent\n\r\n");
      std::this_thread::sleep_for(50ms);
    }
  }

  Socket listener_ = Socket::listening(0);
  std::atomic<bool> stopping_{false};
  std::vector<std::thread> serving_;  // used by the acceptor alone, while it runs
  std::thread acceptor_;
};

std::uint64_t held(Administered& larder) {
  return larder.stats().at("buffered").at("held").to_number<std::uint64_t>();
}

std::uint64_t held_in_all(Administered& larder) {
  const boost::json::value stats = larder.stats();
  return stats.at("buffered").at("held").to_number<std::uint64_t>() +
         stats.at("memory").at("bytes").to_number<std::uint64_t>();
}

Yaml with_32_mebibytes(const Origin& origin) {
  return {.upstream = origin.url(),
          .store = "  memory: 16MiB\n",
          .rest = "limits: {buffered: 16MiB}\nthreads: 2\n"};
}

}  // namespace

TEST_CASE("Endless responses whose clients leave immediately do not occupy their slots for long") {
  const Trickle origin;
  const Larder larder(
      Yaml{.upstream = origin.url(), .protection = "    max_fills: 8\n    queue_timeout: 100ms\n"});
  for (int visit = 0; visit < 10; ++visit) {
    Client client = larder.client();
    client.send(client.head_text("GET", "/endless/" + std::to_string(visit)));
    const int status = client.receive_head().status;
    CHECK((status == 200 || status == 503));
  }
  CHECK(larder.client().get("/plain").status == 503);
  const bool has_room = eventually([&] { return larder.client().get("/plain").status == 200; }, 9s);
  CHECK(has_room);
}

TEST_CASE("A reader who comes 5 s later is not given an endless response from another reader's start") {
  Origin origin([](const OriginRequest& request) { return endless("", request.nth); });
  const Larder larder(Yaml{.upstream = origin.url()});
  Client first = larder.client();
  first.send(first.head_text("GET", "/endless"));
  CHECK(first.receive_head().status == 200);
  Client joining = larder.client();
  joining.send(joining.head_text("GET", "/endless"));
  CHECK(joining.receive_head().status == 200);
  CHECK(origin.count() == 1);
  std::this_thread::sleep_for(5'500ms);
  Client late = larder.client();
  late.send(late.head_text("GET", "/endless"));
  CHECK(late.receive_head().status == 200);
  CHECK(origin.count() == 2);
}

TEST_CASE("Event streams under a ttl go to any number of clients and leave room for fetches") {
  for (const std::string fields :
       {"Content-Type: Text/Event-Stream; charset=utf-8\r\n", "X-Accel-Buffering: no\r\n"}) {
    CAPTURE(fields);
    Origin origin([&](const OriginRequest& request) {
      return is_endless(request) ? endless(fields, request.nth) : text("ok");
    });
    const Larder larder(
        Yaml{.upstream = origin.url(), .protection = "    max_fills: 2\n    queue_timeout: 100ms\n"});
    std::deque<Client> listeners;
    for (int listener = 0; listener < 6; ++listener) {
      listeners.push_back(larder.client());
      listeners.back().send(listeners.back().head_text("GET", "/endless"));
      const Response head = listeners.back().receive_head();
      CHECK(head.status == 200);
      CHECK(contains(head.head, "detail=stream"));
    }
    CHECK(origin.count("/endless") == 6);
    CHECK(larder.client().get("/plain").status == 200);
  }
}

TEST_CASE("Clients that do not read large content take no more memory than allowed") {
  using Framing = OriginResponse::Framing;
  for (const Framing framing : {Framing::length, Framing::chunked}) {
    CAPTURE(static_cast<int>(framing));
    Origin origin([framing](const OriginRequest& request) {
      OriginResponse response = text(request.target == "/small" ? "ok" : "");
      if (request.target != "/small") response.pattern = large;
      response.framing = framing;
      return response;
    });
    Administered larder(with_32_mebibytes(origin));
    std::deque<Client> clients;
    for (int client = 0; client < 30; ++client) {
      ask_without_reading(clients, larder.larder(), "/large/" + std::to_string(client));
    }
    CHECK(eventually([&] { return origin.count() == 30; }));
    std::this_thread::sleep_for(1s);
    // Two threads may both find room for their next piece: one more than there is room for, plus the overhead
    // of small pieces.
    CHECK(held(larder) <= 34 * mebibyte + large);
    if (!is_sanitized()) CHECK(larder.larder().peak_memory() < 80 * mebibyte);
    CHECK(larder.client().get("/small").status == 200);
    // A client that reads gets all of it, stored or not.
    Pattern pattern;
    CHECK(clients.back().receive("GET", [&](std::string_view piece) { pattern.check(piece); }).complete);
    CHECK(pattern.size() == large);
    CHECK(pattern.holds());
    clients.clear();
    // The store holds two of them.
    CHECK(eventually([&] { return held(larder) <= 2 * large; }, 10s));
  }
}

TEST_CASE("Small stored responses and what is held for clients together take no more memory than allowed") {
  Origin origin([](const OriginRequest& request) {
    OriginResponse response = text(std::string(7'000, 'x'));
    if (request.target.starts_with("/large/")) {
      response.raw = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(large) + "\r\n\r\n";
    }
    return response;
  });
  Administered larder(with_32_mebibytes(origin));
  Client filling = larder.larder().client();
  for (int small = 0; small < 2'500; ++small) filling.get("/small/" + std::to_string(small));
  CHECK(held(larder) < mebibyte);
  std::deque<Client> clients;
  int unstored = 0;
  for (int client = 0; client < 10; ++client) {
    ask_without_reading(clients, larder.larder(), "/large/" + std::to_string(client));
    if (contains(clients.back().receive_head().head, "detail=buffers-full")) ++unstored;
  }
  CHECK(unstored == 8);  // the store has 16 MiB, which leaves room for two
  CHECK(held(larder) == 2 * large);
}

TEST_CASE(
    "Once memory is used up a client that reads nothing is dropped; one that keeps reading gets everything") {
  Origin origin([](const OriginRequest&) {
    OriginResponse response;
    response.pattern = large;
    return response;
  });
  Administered larder(with_32_mebibytes(origin));
  std::deque<Client> clients;
  // The store holds the last two.
  for (int client = 0; client < 4; ++client) {
    ask_without_reading(clients, larder.larder(), "/large/" + std::to_string(client));
    CHECK(eventually([&] { return held_in_all(larder) >= (client + 1) * large; }));
  }
  std::uint64_t taken = 0;
  std::thread steady([&] {
    clients[0].receive("GET", [&taken](std::string_view piece) {
      taken += piece.size();
      std::this_thread::sleep_for(1ms * (piece.size() / 500));  // 500 kB/s
    });
  });
  const auto is_stored = [&](const std::string& target) {
    Client client = larder.larder().client();
    client.send(client.head_text("GET", target));
    return !contains(client.receive_head().head, "detail=buffers-full");
  };
  CHECK_FALSE(is_stored("/large/new"));
  CHECK(eventually([&] { return is_stored("/large/new"); }, 12s));
  // The steady reader does not leave enough room for this.
  CHECK(eventually([&] { return is_stored("/large/newer"); }, 12s));
  steady.join();
  CHECK(taken == large);
}

TEST_CASE("Content that is announced but has not come yet counts as held") {
  Origin origin([](const OriginRequest&) {
    OriginResponse response;
    response.raw = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(large) + "\r\n\r\n";
    return response;
  });
  Administered larder(with_32_mebibytes(origin));
  std::deque<Client> clients;
  int unstored = 0;
  for (int client = 0; client < 10; ++client) {
    ask_without_reading(clients, larder.larder(), "/large/" + std::to_string(client));
    if (contains(clients.back().receive_head().head, "detail=buffers-full")) ++unstored;
  }
  CHECK(unstored == 6);  // four fit in 32 MiB
  CHECK(held(larder) == 4 * large);
}

}  // namespace larder::test
