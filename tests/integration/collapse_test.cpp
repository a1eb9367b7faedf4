#include "support/crowd.hpp"
#include "support/gate.hpp"
#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/wait.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <set>

/// One fetch for all clients that request the same from one instance, across its threads.
namespace larder::test {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

const std::string body = Pattern::first(20'000);

/// A larder that can be asked how many requests wait for another's fetch.
class Watched {
 public:
  explicit Watched(Yaml yaml) : larder_(with_admin(std::move(yaml))) {}

  Larder& operator*() { return larder_; }
  Larder* operator->() { return &larder_; }

  std::int64_t count(std::string_view figure) const {
    const Response stats = Client(port_.number(), "localhost").get("/stats");
    return boost::json::parse(stats.body).at("fills").at(figure).as_int64();
  }

  /// Waits until this many requests have joined a fill.
  bool has_joined(std::int64_t count_of_them) const {
    return eventually([&] { return count("joined") >= count_of_them; });
  }

 private:
  Yaml with_admin(Yaml yaml) const {
    yaml.rest += "admin: {listen: \"127.0.0.1:" + std::to_string(port_.number()) + "\"}\nthreads: 3\n";
    return yaml;
  }

  ReservedPort port_;
  Larder larder_;
};

}  // namespace

TEST_CASE("A thousand concurrent clients on a cold key cause one request to the origin") {
  Origin origin([](const OriginRequest&) {
    OriginResponse answer = text(body);
    answer.delay = 1s;
    return answer;
  });
  const Larder larder(Yaml{.upstream = origin.url(), .rest = "threads: 3\n"});
  Crowd crowd(larder, 1000);
  const auto begun = Clock::now();
  crowd.ask("/a");
  const std::vector<Response> responses = crowd.receive();
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
  CHECK(all_got(responses, body));
  CHECK(origin.count() == 1);
  MESSAGE("the last byte to the slowest of 1000 clients, the origin taking 1000 ms: " << took.count()
                                                                                      << " ms");
}

TEST_CASE("Clients that waited for a response purged before they came cause one more request to the origin") {
  Gate gate;
  Origin origin([&](const OriginRequest& request) {
    if (request.method != "GET") return text("done");
    const bool is_first = request.nth == 1;
    if (is_first) gate.pass();
    OriginResponse answer = text(is_first ? "old" : body).with("Cache-Tag", "group");
    answer.delay = is_first ? 0ms : 500ms;
    return answer;
  });
  Watched larder(
      Yaml{.upstream = origin.url(), .routes = "  - match: /**\n    ttl: 60s\n    purge: {tags: [group]}\n"});
  Client first = larder->client();
  first.send(first.head_text("GET", "/a"));
  gate.wait_for_arrivals(1);
  CHECK(larder->client().put("/elsewhere/b").status == 200);
  Crowd crowd(*larder, 200);
  crowd.ask("/a");
  CHECK(larder.has_joined(200));
  gate.open();
  CHECK(all_got(crowd.receive(), body));
  CHECK(origin.count("GET", "/a") == 2);
}

TEST_CASE("Clients that come after a response's content has stalled cause one more request to the origin") {
  Origin origin([&](const OriginRequest& request) {
    OriginResponse answer = text(body);
    if (request.nth == 1) {
      answer.raw = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                   body.substr(0, 5'000);
    }
    return answer;
  });
  Watched larder(Yaml{.upstream = origin.url(), .timeouts = "{idle: 20s}"});
  Client first = larder->client();
  first.send(first.head_text("GET", "/a"));
  CHECK(first.receive_head().status == 200);
  std::this_thread::sleep_for(500ms);
  Crowd crowd(*larder, 50);
  const auto begun = Clock::now();
  crowd.ask("/a");
  CHECK(all_got(crowd.receive(), body));
  CHECK(Clock::now() - begun < 10s);
  CHECK(origin.count("/a") == 2);
  CHECK(cache_result(larder->client().get("/a")) == "HIT");
}

TEST_CASE("A fetch goes on for the others when the client that started it disconnects") {
  Gate gate;
  Origin origin([&](const OriginRequest&) {
    gate.pass();
    return text(body);
  });
  Watched larder(Yaml{.upstream = origin.url()});
  Client first = larder->client();
  first.send(first.head_text("GET", "/a"));
  gate.wait_for_arrivals(1);
  Crowd others(*larder, 99);
  others.ask("/a");
  CHECK(larder.has_joined(99));
  first.disconnect();
  gate.open();
  CHECK(all_got(others.receive(), body));
  CHECK(cache_result(larder->client().get("/a")) == "HIT");
  CHECK(origin.count() == 1);
}

TEST_CASE("A fetch goes on for the store when its only client disconnects") {
  const std::string large = Pattern::first(4 << 20);
  Origin origin([&](const OriginRequest&) { return text(large); });
  const Larder larder(Yaml{.upstream = origin.url()});
  Client client = larder.client();
  client.wire().socket().shrink_receive_buffer(4096);
  client.send(client.head_text("GET", "/a"));
  client.receive_head();
  client.disconnect();
  Client next = larder.client();
  CHECK(next.get("/a").body == large);
  CHECK(eventually([&] { return cache_result(next.get("/a")) == "HIT"; }));
  CHECK(origin.count() == 1);
}

TEST_CASE("A slow reader does not slow the others down") {
  const std::string large = Pattern::first(6 << 20);
  for (const auto framing : {OriginResponse::Framing::length, OriginResponse::Framing::chunked}) {
    Gate gate;
    Origin origin([&](const OriginRequest&) {
      gate.pass();
      OriginResponse answer = text(large);
      answer.framing = framing;
      return answer;
    });
    Watched larder(Yaml{.upstream = origin.url()});
    Client slow = larder->client();
    slow.wire().socket().shrink_receive_buffer(65'536);
    slow.send(slow.head_text("GET", "/a"));
    gate.wait_for_arrivals(1);
    Crowd others(*larder, 10);
    others.ask("/a");
    CHECK(larder.has_joined(10));
    gate.open();
    CHECK(all_got(others.receive(), large));
    const Response late = slow.receive();
    CHECK(late.complete);
    CHECK(late.body == large);
    CHECK(origin.count() == 1);
  }
}

TEST_CASE("Truncated content looks complete to no client and is not stored") {
  for (const auto framing : {OriginResponse::Framing::length, OriginResponse::Framing::chunked}) {
    Gate gate;
    std::atomic<bool> cuts{true};
    Origin origin([&](const OriginRequest&) {
      gate.pass();
      if (!cuts) return text(body);
      OriginResponse answer;
      const std::string half = body.substr(0, body.size() / 2);
      answer.raw =
          framing == OriginResponse::Framing::length
              ? "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + half
              : "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2710\r\n" + half + "\r\n";
      answer.close = true;
      return answer;
    });
    Watched larder(Yaml{.upstream = origin.url()});
    Crowd crowd(*larder, 50);
    crowd.ask("/a");
    CHECK(larder.has_joined(49));
    gate.open();
    for (const Response& response : crowd.receive()) {
      // If nothing had been sent yet it is an error; otherwise the client sees that the end is missing.
      CHECK((response.status == 502 || !response.complete));
    }
    CHECK(origin.count() == 1);
    cuts = false;
    CHECK(larder->client().get("/a").body == body);
    CHECK(origin.count() == 2);
  }
}

TEST_CASE("A response that is not shareable is fetched by each client, without queueing") {
  Gate gate;
  Origin origin([&](const OriginRequest& request) {
    gate.pass();
    return text(std::to_string(request.nth)).with("Cache-Control", "private");
  });
  Watched larder(Yaml{.upstream = origin.url()});
  Crowd crowd(*larder, 50);
  crowd.ask("/a");
  CHECK(larder.has_joined(49));
  gate.wait_for_arrivals(1);
  CHECK(origin.count() == 1);
  gate.open();
  std::set<std::string> bodies;
  for (const Response& response : crowd.receive()) bodies.insert(response.body);
  CHECK(bodies.size() == 50);
  crowd.ask("/a");
  crowd.receive();
  CHECK(origin.count() == 100);
  CHECK(larder.count("joined") == 49);
}

TEST_CASE("An origin's error goes to all waiting clients, and the next request asks again") {
  Gate gate;
  Origin origin([&](const OriginRequest& request) {
    gate.pass();
    return request.nth == 1 ? hang_up() : text(body);
  });
  Watched larder(Yaml{.upstream = origin.url()});
  Crowd crowd(*larder, 50);
  crowd.ask("/a");
  CHECK(larder.has_joined(49));
  gate.open();
  for (const Response& response : crowd.receive()) CHECK(response.status == 502);
  CHECK(origin.count() == 1);
  CHECK(larder->client().get("/a").body == body);
}

TEST_CASE(
    "Content of unknown length that turns out too large is passed on at the pace of the fastest client") {
  const std::uint64_t size = 64ull << 20;
  Origin origin([&](const OriginRequest&) {
    OriginResponse answer;
    answer.pattern = size;
    answer.framing = OriginResponse::Framing::chunked;
    return answer.with("Cache-Control", "max-age=60");
  });
  const Larder larder(Yaml{.upstream = origin.url(), .store = "  max_object: 1MiB\n"});
  Client client = larder.client();
  client.send(client.head_text("GET", "/a"));
  Pattern pattern;
  const Response response = client.receive("GET", [&](std::string_view bytes) { pattern.check(bytes); });
  CHECK(response.complete);
  CHECK(pattern.holds());
  CHECK(pattern.size() == size);
  if (!is_sanitized()) CHECK(larder.peak_memory() < 48u << 20);
  CHECK(cache_result(client.request("HEAD", "/a")) == "MISS");
}

TEST_CASE("An upstream gets no more concurrent fills than max_fills") {
  Gate gate;
  Origin origin([&](const OriginRequest& request) {
    if (request.target != "/free") gate.pass();
    return text(request.target);
  });
  Watched larder(Yaml{.upstream = origin.url(),
                      .routes = "  - {match: /free, cache: off}\n  - {match: /**, ttl: 60s}\n",
                      .protection = "    max_fills: 2\n    queue: 3\n    queue_timeout: 20s\n"});
  std::vector<Client> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(larder->client());
    clients.back().send(clients.back().head_text("GET", "/" + std::to_string(i)));
    CHECK(eventually([&] { return larder.count("begun") == i + 1; }));
  }
  gate.wait_for_arrivals(2);
  Response refused;
  // The last of the five may not have joined the queue yet.
  CHECK(eventually([&] {
    refused = larder->client().get("/more");
    return refused.status == 503;
  }));
  CHECK(refused.fields.has("Retry-After"));
  CHECK(origin.count() == 2);
  CHECK(larder->client().get("/free").status == 200);
  gate.open();
  for (int i = 0; i < 5; ++i) CHECK(clients[i].receive().body == "/" + std::to_string(i));
  CHECK(larder->client().get("/more").status == 200);
}

}  // namespace larder::test
