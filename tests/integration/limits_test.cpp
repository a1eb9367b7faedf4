#include "support/administered.hpp"
#include "support/certificates.hpp"
#include "support/gate.hpp"
#include "support/origin.hpp"
#include "support/ports.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sys/resource.h>

/// `limits` on client connections: which are accepted, which are closed, and what is logged.
namespace larder::test {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

OriginResponse greet(const OriginRequest& request) {
  return text("hello " + request.body);
}

std::vector<Client> silent_clients(std::uint16_t port, int count, std::string_view say = "") {
  std::vector<Client> clients;
  for (int i = 0; i < count; ++i) {
    clients.emplace_back(port);
    clients.back().wire();
    if (!say.empty()) clients.back().send(say);
  }
  return clients;
}

/// A larder with this descriptor limit.
class Bounded {
 public:
  Bounded(const Origin& origin, int descriptors, const std::string& rest = "") {
    const std::string path = (directory_.path() / "larder.yaml").string();
    std::ofstream(path) << "listen: " << port_.address() << "\nthreads: 2\nshutdown_grace: 1s\n"
                        << "upstreams: {shop: {servers: [\"" << origin.url() << "\"]}}\n"
                        << "routes: [{match: /**, cache: off}]\n"
                        << rest;
    process_.emplace(std::vector<std::string>{"prlimit", "--nofile=" + std::to_string(descriptors),
                                              larder_binary(), "--config", path});
    REQUIRE(eventually([&] { return accepts_connections(port_.number()); }));
  }

  std::uint16_t port() const { return port_.number(); }
  Process& process() { return *process_; }

  int lines_with(std::string_view part) const {
    const std::string said = process_->errors();
    int count = 0;
    for (std::size_t at = said.find(part); at != said.npos; at = said.find(part, at + 1)) ++count;
    return count;
  }

 private:
  TemporaryDirectory directory_;
  ReservedPort port_;
  std::optional<Process> process_;
};

/// UndefinedBehaviorSanitizer opens a pipe to look whether memory can be read, and ends the program if it
/// cannot.
const bool needs_descriptors = is_sanitized("address");

}  // namespace

TEST_CASE(
    "Silent connections, with or without a first byte, do not keep new ones out, and are logged in one "
    "line") {
  Origin origin(greet);
  for (const std::string_view say : {"", "G"}) {
    CAPTURE(say);
    Larder larder(Yaml{.upstream = origin.url(), .rest = "limits: {connections: 100}\n"});
    const std::vector<Client> silent = silent_clients(larder.port(), 300, say);
    for (int i = 0; i < 20; ++i) {
      const Response response = larder.client().get("/a");
      CHECK(response.status == 200);
      CHECK(response.took < milliseconds(1'500));
    }
    CHECK(
        eventually([&] { return larder.log_lines_with("all 100 connections of clients are in use") == 1; }));
  }
}

TEST_CASE(
    "A connection whose request is being answered, or whose content is being sent, is never closed to make "
    "room") {
  Gate gate;
  Origin origin([&](const OriginRequest& request) {
    if (request.target == "/slow") gate.pass();
    return greet(request);
  });
  Larder larder(Yaml{.upstream = origin.url(), .rest = "limits: {connections: 4}\n"});
  Client waiting = larder.client();
  waiting.send(waiting.head_text("GET", "/slow"));
  Client sending = larder.client();
  sending.send(sending.head_text("POST", "/a", {{"Content-Length", "4"}}) + "wh");
  gate.wait_for_arrivals(1);
  const std::vector<Client> silent = silent_clients(larder.port(), 30);
  for (int i = 0; i < 5; ++i) CHECK(larder.client().get("/b").status == 200);
  sending.send("at");
  CHECK(sending.receive("POST").body == "hello what");
  gate.open();
  CHECK(waiting.receive().body == "hello ");
}

TEST_CASE(
    "A connection without a first byte, or without a handshake over TLS, has the time limit of a head") {
  Origin origin(greet);
  Authority authority;
  const CertificateFiles files = authority.issue("127.0.0.1");
  ReservedPort plain;
  ReservedPort secure;
  TemporaryDirectory directory;
  const std::string path = (directory.path() / "larder.yaml").string();
  std::ofstream(path) << "listen: [\"" << plain.address() << "\", {address: \"" << secure.address()
                      << "\", tls: {cert: \"" << files.cert << "\", key: \"" << files.key << "\"}}]\n"
                      << "limits: {head: {time: 500ms}}\nupstreams: {shop: {servers: [\"" << origin.url()
                      << "\"]}}\n";
  Process larder({larder_binary(), "--config", path});
  REQUIRE(eventually(
      [&] { return accepts_connections(plain.number()) && accepts_connections(secure.number()); }));
  for (const std::uint16_t port : {plain.number(), secure.number()}) {
    for (const std::string_view said : {"", "\x16\x03"}) {
      if (port == plain.number() && !said.empty()) continue;
      CAPTURE(said);
      const auto begun = steady_clock::now();
      Client client(port);
      client.send(said);
      CHECK(client.is_ended());
      CHECK(steady_clock::now() - begun >= milliseconds(400));
      CHECK(steady_clock::now() - begun < std::chrono::seconds(10));
    }
  }
  // Between requests a client has more time.
  Client kept(plain.number());
  CHECK(kept.get("/a").status == 200);
  CHECK_FALSE(kept.is_ended(std::chrono::seconds(2)));
}

TEST_CASE(
    "A head that comes a byte at a time gets a 408 when its time is over, and its connection is closed") {
  Origin origin(greet);
  Larder larder(Yaml{.upstream = origin.url(), .rest = "limits: {head: {time: 1s}}\n"});
  Client client = larder.client();
  const auto begun = steady_clock::now();
  client.send("GET /a HTTP/1.1\r\nHost: shop.test\r\nX-A: ");
  while (steady_clock::now() - begun < milliseconds(3'000) && client.send("a")) {
    std::this_thread::sleep_for(milliseconds(20));
  }
  Response response;
  CHECK_NOTHROW(response = client.receive());
  CHECK(response.status == 408);
  CHECK(steady_clock::now() - begun < std::chrono::seconds(10));
}

TEST_CASE("Idle connections are closed after `idle`, and heads and content beyond the limits are refused") {
  Origin origin(greet);
  Larder larder(
      Yaml{.upstream = origin.url(),
           .rest = "limits: {idle: 300ms, head: {size: 8KiB, fields: 10}, content: {size: 1KiB}}\n"});
  Client idle = larder.client();
  idle.get("/a");
  CHECK(idle.is_ended());
  CHECK(larder.client().get("/a", {{"X-A", std::string(8'000, 'a')}}).status == 200);
  CHECK(larder.client().get("/a", {{"X-A", std::string(9'000, 'a')}}).status == 431);
  Fields many;
  for (int i = 0; i < 12; ++i) many.add("X-" + std::to_string(i), "1");
  CHECK(larder.client().get("/a", many).status == 431);
  CHECK(larder.client().post("/b", std::string(1'024, 'x')).status == 200);
  CHECK(larder.client().post("/c", std::string(1'025, 'x')).status == 413);
  CHECK(origin.count("/c") == 0);
  Client chunked = larder.client();
  chunked.send(chunked.head_text("POST", "/d", {{"Transfer-Encoding", "chunked"}}) + "300\r\n" +
               std::string(0x300, 'x') + "\r\n300\r\n" + std::string(0x300, 'x') + "\r\n0\r\n\r\n");
  CHECK(chunked.receive("POST").status == 413);
  CHECK(chunked.is_ended());
}

TEST_CASE(
    "Content beyond a route's max_content is refused, whether its length is known or not, and purges "
    "nothing") {
  Origin origin(greet);
  Larder larder(
      Yaml{.upstream = origin.url(),
           .routes = "  - {match: /small/**, ttl: 1m, max_content: 1KiB}\n  - {match: /**, ttl: 1m}\n",
           .rest = "limits: {content: {size: 2KiB}}\n"});
  const auto is_hit = [&larder](const std::string& path) {
    return larder.client().get(path).fields.get("X-Cache") == "HIT";
  };
  larder.client().get("/small/a");
  CHECK(is_hit("/small/a"));
  CHECK(larder.client().post("/small/a", std::string(1'025, 'x')).status == 413);
  CHECK(is_hit("/small/a"));
  Client expecting = larder.client();
  expecting.send(
      expecting.head_text("POST", "/small/a", {{"Content-Length", "1025"}, {"Expect", "100-continue"}}));
  CHECK(expecting.receive("POST").status == 413);
  for (int i = 0; i < 20; ++i) {
    Client chunked = larder.client();
    chunked.send(chunked.head_text("POST", "/small/a", {{"Transfer-Encoding", "chunked"}}) + "300\r\n" +
                 std::string(0x300, 'x') + "\r\n300\r\n" + std::string(0x300, 'x') + "\r\n0\r\n\r\n");
    CHECK(chunked.receive("POST").status == 413);
    CHECK(chunked.is_ended());
  }
  CHECK(is_hit("/small/a"));
  CHECK(larder.client().post("/small/a", std::string(1'024, 'x')).status == 200);
  CHECK_FALSE(is_hit("/small/a"));
  CHECK(larder.client().post("/b", std::string(1'025, 'x')).status == 200);
  CHECK(larder.client().post("/b", std::string(2'049, 'x')).status == 413);
  // What larder itself cuts off is no trouble of the upstream's.
  CHECK(larder.client().get("/c").status == 200);
  CHECK(larder.log_lines_with(" warn") == 0);
}

TEST_CASE("The connections of one address are limited without affecting others") {
  Origin origin(greet);
  Larder larder(Yaml{.upstream = origin.url(), .rest = "limits: {connections_per_address: 3}\n"});
  std::vector<Client> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(larder.client());
    CHECK(clients.back().get("/a").status == 200);
  }
  for (int i = 0; i < 5; ++i) CHECK(larder.client().is_ended());
  CHECK(eventually([&] { return larder.log_lines_with("limits.connections_per_address") == 1; }));
  clients.pop_back();
  CHECK(eventually([&] {
    try {
      return larder.client().get("/a").status == 200;
    } catch (const std::runtime_error&) {
      return false;
    }
  }));
}

TEST_CASE("Silent connections to the admin API do not keep a probe out") {
  Origin origin(greet);
  Administered shop(Yaml{.upstream = origin.url()}, "sesame");
  for (const std::string_view say : {"", "GET /healthz"}) {
    CAPTURE(say);
    const std::vector<Client> silent = silent_clients(shop.port(), 200, say);
    for (int i = 0; i < 5; ++i) {
      const Response response = shop.ask_with({}, "GET", "/healthz");
      CHECK(response.status == 200);
      CHECK(response.took < milliseconds(1'500));
    }
  }
}

TEST_CASE("The bound on connections follows the descriptor limit and leaves some for upstreams") {
  Origin origin(greet);
  Bounded larder(origin, 128);
  const std::vector<Client> silent = silent_clients(larder.port(), 300);
  for (int i = 0; i < 10; ++i) CHECK(Client(larder.port()).get("/a").status == 200);
  CHECK(eventually([&] { return larder.lines_with("all 48 connections of clients are in use") == 1; }));
  CHECK(larder.lines_with("out of descriptors") == 0);
  larder.process().terminate();
  CHECK(larder.process().wait(patience) == 0);
}

TEST_CASE("More connections than descriptors cause a warning, and the number is lowered") {
  Origin origin(greet);
  Bounded larder(origin, 128, "limits: {connections: 5000}\n");
  CHECK(eventually([&] {
    return larder.lines_with("5000 are more than a descriptor limit of 128 leaves room for: using 48") == 1;
  }));
}

TEST_CASE("Running out of descriptors is logged once, and larder recovers when there are some again" *
          doctest::skip(needs_descriptors)) {
  Origin origin(greet);
  Bounded larder(origin, 128);
  // Lowered from outside: it gets no more than it has open.
  const rlimit none{20, 128};
  REQUIRE(::prlimit(larder.process().pid(), RLIMIT_NOFILE, &none, nullptr) == 0);
  std::vector<Client> kept = silent_clients(larder.port(), 30);
  CHECK(eventually([&] { return larder.lines_with("out of descriptors") > 0; }));
  std::this_thread::sleep_for(milliseconds(500));
  CHECK(larder.lines_with("out of descriptors") == 1);
  CHECK(eventually([&] { return larder.lines_with("LimitNOFILE") == 1; }));
  kept.clear();
  const rlimit enough{128, 128};
  REQUIRE(::prlimit(larder.process().pid(), RLIMIT_NOFILE, &enough, nullptr) == 0);
  CHECK(Client(larder.port()).get("/a").status == 200);
}

TEST_CASE("An upstream without a descriptor left for it is logged, but not taken out of use" *
          doctest::skip(needs_descriptors)) {
  Origin origin(greet);
  Bounded larder(origin, 128);
  Client client(larder.port());
  client.send("GET /a HTTP/1.1\r\n");
  std::this_thread::sleep_for(milliseconds(200));
  const rlimit none{4, 128};
  REQUIRE(::prlimit(larder.process().pid(), RLIMIT_NOFILE, &none, nullptr) == 0);
  client.send("Host: shop.test\r\n\r\n");
  CHECK(client.receive().status == 502);
  CHECK(client.get("/a").status == 502);
  CHECK(eventually([&] { return larder.lines_with("upstream shop: out of descriptors") == 1; }));
  CHECK(larder.lines_with("cannot connect") == 0);
  const rlimit enough{128, 128};
  REQUIRE(::prlimit(larder.process().pid(), RLIMIT_NOFILE, &enough, nullptr) == 0);
  CHECK(client.get("/a").status == 200);
  int asked = 0;
  CHECK(eventually([&] {
    client.get("/" + std::to_string(++asked));
    return larder.lines_with("upstream shop: there are descriptors again") == 1;
  }));
  CHECK(larder.lines_with("upstream shop: out of descriptors") == 1);
}

}  // namespace larder::test
