#include "support/certificates.hpp"
#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/ports.hpp"
#include "support/reserved_port.hpp"
#include "support/temporary_directory.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <memory>
#include <stdexcept>
#include <vector>

/// Behind a load balancer: `trusted_proxies`, and listeners that say `proxy_protocol: on`.
namespace larder::test {

namespace {

using namespace std::string_literals;

/// Says what it was told of the client.
OriginResponse told(const OriginRequest& request) {
  return text(request.fields.get("X-Forwarded-For") + " " + request.fields.get("X-Forwarded-Proto"));
}

/// A larder whose connections begin with a header of the PROXY protocol.
class Balanced {
 public:
  explicit Balanced(const Origin& origin, const std::string& proxies, const std::string& tls = "",
                    const std::string& rest = "") {
    const std::string path = (directory_.path() / "larder.yaml").string();
    std::ofstream(path) << "listen: [{address: \"" << port_.address() << "\", proxy_protocol: on" << tls
                        << "}]\ntrusted_proxies: " << proxies << "\nshutdown_grace: 1s\n"
                        << "upstreams: {shop: {servers: [\"" << origin.url() << "\"]}}\n"
                        << "routes: [{match: /**, ttl: 60s}]\n"
                        << rest;
    process_.emplace(std::vector<std::string>{larder_binary(), "--config", path});
    REQUIRE(eventually([&] { return accepts_connections(port_.number()); }));
  }

  std::uint16_t port() const { return port_.number(); }
  std::string log() const { return process_->output() + process_->errors(); }

  /// What is answered to a GET after these bytes; empty if the connection was closed.
  std::string after(const std::string& preface, const std::string& fields = "") {
    Client client(port());
    client.send(preface + "GET /" + std::to_string(++asked_) + " HTTP/1.1\r\nHost: shop.test\r\n" + fields +
                "\r\n");
    try {
      const Response response = client.receive();
      return response.status == 200 ? response.body : std::to_string(response.status);
    } catch (const std::runtime_error&) {
      return "";
    }
  }

 private:
  TemporaryDirectory directory_;
  ReservedPort port_;
  std::optional<Process> process_;
  int asked_ = 0;
};

}  // namespace

TEST_CASE("PROXY protocol: versions 1 and 2 name the client, LOCAL is the balancer itself") {
  Origin origin(told);
  Balanced larder(origin, "[127.0.0.1]");
  const std::string second = "\r\n\r\n\0\r\nQUIT\n"s;
  CHECK(larder.after("PROXY TCP4 203.0.113.7 10.0.0.1 4711 80\r\n") == "203.0.113.7 http");
  CHECK(larder.after("PROXY TCP6 2001:db8::1 ::1 4711 80\r\n") == "2001:db8::1 http");
  CHECK(larder.after(second + "\x21\x11\x00\x14\xcb\x00\x71\x07\x0a\x00\x00\x01\x30\x39\x01\xbb"s +
                     "\x20\x00\x05\x01\x00\x00\x00\x00"s) == "203.0.113.7 http");
  CHECK(larder.after(second + "\x20\x00\x00\x00"s) == "127.0.0.1 http");
  // Of a client that the balancer cannot name nothing is believed.
  CHECK(larder.after("PROXY UNKNOWN\r\n", "X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-Proto: https\r\n") ==
        "unknown http");
  // Whom the balancer names is not trusted, so what it says itself does not count.
  CHECK(larder.after("PROXY TCP4 203.0.113.7 10.0.0.1 4711 80\r\n",
                     "X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-Proto: https\r\n") == "203.0.113.7 http");
  // A front behind the balancer may be.
  CHECK(larder.after("PROXY TCP4 127.0.0.1 10.0.0.1 4711 80\r\n",
                     "X-Forwarded-For: 198.51.100.9\r\nX-Forwarded-Proto: https\r\n") ==
        "198.51.100.9 https");
}

TEST_CASE("PROXY protocol: a connection without it, or with a broken one, is closed unanswered") {
  Origin origin(told);
  Balanced larder(origin, "[127.0.0.1]", "", "limits: {head: {time: 300ms}}\n");
  CHECK(larder.after("").empty());
  CHECK(larder.after("PROXY TCP4 evil 10.0.0.1 1 1\r\n").empty());
  CHECK(larder.after("PROXY TCP4 203.0.113.7 10.0.0.1 4711 80\r\nPROXY UNKNOWN\r\n") == "400");
  Client silent(larder.port());
  silent.send("PROXY TCP4 203.0.113.7");
  CHECK(silent.is_ended());
  CHECK(origin.count() == 0);
  CHECK(eventually([&] { return contains(larder.log(), "closed where proxy_protocol is on"); }));
}

TEST_CASE("PROXY protocol: nobody but trusted_proxies may connect") {
  Origin origin(told);
  Balanced larder(origin, "[10.0.0.0/8]");
  CHECK(larder.after("PROXY TCP4 203.0.113.7 10.0.0.1 4711 80\r\n").empty());
  CHECK(origin.count() == 0);
  CHECK(eventually([&] { return contains(larder.log(), "not one of trusted_proxies"); }));
}

TEST_CASE("PROXY protocol: connections count for the client that is named, not for the balancer") {
  Origin origin(told);
  Balanced larder(origin, "[127.0.0.1]", "", "limits: {connections_per_address: 2}\n");
  std::vector<std::unique_ptr<Client>> open;
  const auto connect = [&](const std::string& address) {
    Client& client = *open.emplace_back(std::make_unique<Client>(larder.port()));
    client.send("PROXY TCP4 " + address + " 10.0.0.1 4711 80\r\nGET /a HTTP/1.1\r\nHost: shop.test\r\n\r\n");
    try {
      return client.receive().status == 200;
    } catch (const std::runtime_error&) {
      return false;
    }
  };
  for (const std::string address : {"203.0.113.7", "203.0.113.8", "203.0.113.9"}) {
    CAPTURE(address);
    CHECK(connect(address));
    CHECK(connect(address));
    CHECK_FALSE(connect(address));
  }
  // The balancer's own, and those of a front that it names, are not bounded.
  for (int i = 0; i < 4; ++i) CHECK(connect("127.0.0.1"));
  open.clear();
  CHECK(eventually([&] { return connect("203.0.113.7"); }));
}

TEST_CASE(
    "connections of a trusted front that says in fields who its clients are, are not bounded by address") {
  Origin origin(told);
  const std::string bound = "limits: {connections_per_address: 2}\n";
  Larder larder(Yaml{.upstream = origin.url(), .rest = bound + "trusted_proxies: [127.0.0.0/8]\n"});
  std::vector<Client> open;
  for (int i = 0; i < 5; ++i) {
    open.push_back(larder.client());
    CHECK(open.back().get("/a", {{"X-Forwarded-For", "203.0.113.7"}}).status == 200);
  }
}

TEST_CASE("a trusted front that speaks the family that is not read is told of once") {
  Origin origin(told);
  Larder larder(Yaml{.upstream = origin.url(),
                     .rest = "trusted_proxies: {addresses: [127.0.0.0/8], fields: forwarded}\n"});
  Client client = larder.client();
  const Fields said{{"X-Forwarded-For", "203.0.113.7"}, {"X-Forwarded-Proto", "https"}};
  for (const std::string target : {"/a", "/b", "/b"}) {
    CHECK(client.get(target, said).body == "127.0.0.1 http");
  }
  CHECK(eventually([&] { return larder.log_lines_with("sends X-Forwarded-*, which is not read") == 1; }));
}

TEST_CASE("PROXY protocol: its header comes before TLS") {
  Authority authority;
  const CertificateFiles files = authority.issue("localhost");
  Origin origin(told);
  Balanced larder(origin, "[127.0.0.1]", ", tls: {cert: \"" + files.cert + "\", key: \"" + files.key + "\"}");
  Process curl({"curl", "--silent", "--max-time", "20", "--haproxy-protocol", "--cacert", authority.ca(),
                "https://localhost:" + std::to_string(larder.port()) + "/a"});
  CHECK(curl.wait(patience) == 0);
  CHECK(curl.output() == "127.0.0.1 https");
}

TEST_CASE("A front is believed after a reload that trusts it, and the log says once that it was not") {
  Origin origin(told);
  Larder larder(Yaml{.upstream = origin.url(), .rest = "log: {access: on}\n"});
  Client client = larder.client();
  const Fields said{{"X-Forwarded-For", "203.0.113.7"}, {"X-Forwarded-Proto", "https"}};
  for (const std::string target : {"/a", "/b"}) CHECK(contains(client.get(target, said).body, " http"));
  CHECK(client.get("/a", said).body == "127.0.0.1 http");
  CHECK(eventually([&] { return larder.log_lines_with("says X-Forwarded-Proto: https") == 1; }));
  REQUIRE(larder.reload(
      Yaml{.upstream = origin.url(), .rest = "log: {access: on}\ntrusted_proxies: [127.0.0.0/8]\n"}));
  CHECK(client.get("/a", said).body == "203.0.113.7 https");
  CHECK(cache_result(client.get("/a", said)) == "HIT");
  CHECK(client.request("POST", "/a", said, "content").body == "203.0.113.7 https");
  CHECK(eventually([&] { return larder.log_lines_with("\"client\":\"203.0.113.7\"") == 3; }));
}

}  // namespace larder::test
