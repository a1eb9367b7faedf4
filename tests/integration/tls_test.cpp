#include "support/certificates.hpp"
#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/ports.hpp"
#include "support/reserved_port.hpp"
#include "support/shared_tier.hpp"
#include "support/tls_relay.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <fstream>

/// TLS on each of larder's three sides: to upstreams, to clients, to Redis.
namespace larder::test {

namespace {

std::string path_in_yaml(const std::string& path) {
  return "\"" + path + "\"";
}

/// What curl prints for a GET: head and body.
Run curl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"curl", "--silent", "--show-error", "--include", "--max-time", "20"});
  Process process(std::move(arguments));
  const std::optional<int> exit_code = process.wait(patience);
  return {exit_code, process.output(), process.errors()};
}

/// An https upstream: a plain origin behind a relay, whose certificate is for `name`.
struct SecureOrigin {
  explicit SecureOrigin(const std::string& name, const std::string& client_ca = {})
      : relay(origin.port(), authority.issue(name), client_ca) {}

  std::string yaml(const std::string& tls) const {
    return "upstreams:\n  shop: {servers: [\"" + relay.url() + "\"], tls: {" + tls +
           "}}\nroutes:\n  - match: /**\n    ttl: 60s\n";
  }
  std::string trusting() const { return "ca: " + path_in_yaml(authority.ca()); }

  Origin origin{numbered};
  Authority authority;
  TlsRelay relay;
};

/// A larder that listens for plain HTTP and for TLS.
class SecureLarder {
 public:
  explicit SecureLarder(const Origin& origin) {
    const std::string path = (directory_.path() / "larder.yaml").string();
    std::ofstream(path) << "listen: [\"" << plain_.address() << "\", {address: \"" << secure_.address()
                        << "\", tls: {cert: " << path_in_yaml(files_.cert)
                        << ", key: " << path_in_yaml(files_.key) << "}}]\nupstreams:\n  shop: {servers: ["
                        << origin.url() << "]}\nroutes:\n  - match: /**\n    ttl: 60s\nshutdown_grace: 1s\n";
    process_ = std::make_unique<Process>(std::vector<std::string>{larder_binary(), "--config", path});
    const auto is_up = [&] { return accepts_connections(plain_port()) && accepts_connections(port()); };
    if (!eventually(is_up, patience)) throw std::runtime_error("larder did not start: " + process_->errors());
  }

  ~SecureLarder() {
    process_->terminate();
    CHECK(process_->wait(patience) == 0);
    CHECK_FALSE(contains(process_->errors(), "Sanitizer"));
  }

  std::string url(const std::string& target) const {
    return "https://localhost:" + std::to_string(port()) + target;
  }
  std::string ca() const { return authority_.ca(); }

  /// Replaces the files of its certificate and has them reloaded: whether the log says so.
  bool renew(const CertificateFiles& files, const std::string& said) {
    constexpr auto over = std::filesystem::copy_options::overwrite_existing;
    std::filesystem::copy_file(files.cert, files_.cert, over);
    std::filesystem::copy_file(files.key, files_.key, over);
    process_->signal(SIGHUP);
    return eventually([&] { return contains(process_->errors(), said); }, patience);
  }

  std::string log() const { return process_->errors(); }
  std::uint16_t plain_port() const { return plain_.number(); }
  std::uint16_t port() const { return secure_.number(); }

 private:
  ReservedPort plain_;
  ReservedPort secure_;
  TemporaryDirectory directory_;
  Authority authority_;
  CertificateFiles files_ = authority_.issue("localhost");
  std::unique_ptr<Process> process_;
};

/// Whether the log gets this line, once.
bool is_logged_once(const Larder& larder, const std::string& text) {
  return eventually([&] { return larder.log_lines_with(text) > 0; }, patience) &&
         larder.log_lines_with(text) == 1;
}

/// A redis-server for TLS; redis-cli talks to it over a plain port.
struct SecureRedis {
  SecureRedis() {
    for (int attempt = 1; !server; ++attempt) {
      port = free_port();
      try {
        server = std::make_unique<RedisServer>(std::vector<std::string>{
            "--tls-port", std::to_string(port), "--tls-cert-file", files.cert, "--tls-key-file", files.key,
            "--tls-ca-cert-file", authority.ca(), "--tls-auth-clients", "optional"});
      } catch (const std::runtime_error&) {
        if (attempt == 5) throw;
      }
    }
  }

  std::string yaml(const Origin& origin, const std::string& ca) const {
    return "threads: 1\nupstreams:\n  shop: {servers: [" + origin.url() +
           "]}\nstore:\n  redis: {url: \"rediss://127.0.0.1:" + std::to_string(port) +
           "/0\", timeout: 500ms, tls: {ca: " + path_in_yaml(ca) +
           "}}\nroutes:\n  - match: /**\n    ttl: 60s\n";
  }

  Authority authority;
  CertificateFiles files = authority.issue("127.0.0.1");
  std::uint16_t port = 0;
  std::unique_ptr<RedisServer> server;
};

}  // namespace

TEST_CASE("An https upstream is asked over TLS, its connection is reused, and its response is cached") {
  SecureOrigin secure("127.0.0.1");
  const Larder larder(secure.yaml(secure.trusting()));
  Client client = larder.client();
  CHECK(client.get("/a").body == "answer 1");
  CHECK(cache_result(client.get("/a")) == "HIT");
  CHECK(client.put("/b").status == 200);
  CHECK(client.get("/c").status == 200);
  CHECK(secure.origin.connections() == 1);
  CHECK(secure.origin.last().fields.get("X-Forwarded-Proto") == "http");
}

TEST_CASE("Large content passes both ways with an https upstream") {
  SecureOrigin secure("127.0.0.1");
  secure.origin.answer([](const OriginRequest&) {
    OriginResponse response;
    response.pattern = 20'000'000;
    return response;
  });
  const Larder larder(secure.yaml(secure.trusting()));
  Client client = larder.client();
  CHECK((client.get("/large").body == Pattern::first(20'000'000)));
  CHECK((client.post("/large", Pattern::first(5'000'000)).body == Pattern::first(20'000'000)));
  CHECK(secure.origin.last().body_size == 5'000'000);
  CHECK(secure.origin.last().body_is_pattern);
}

TEST_CASE("An upstream is asked for by server_name, which its certificate must be for") {
  SecureOrigin secure("shop.internal");
  {
    const Larder larder(secure.yaml(secure.trusting() + ", server_name: shop.internal"));
    CHECK(larder.client().get("/").status == 200);
    CHECK(secure.relay.asked_name() == "shop.internal");
  }
  const Larder larder(secure.yaml(secure.trusting()));
  CHECK(larder.client().get("/").status == 502);
  CHECK(is_logged_once(larder, "certificate not trusted: IP address mismatch"));
}

TEST_CASE("An upstream whose certificate is not trusted gets no request: 502, and the log says why") {
  SecureOrigin secure("127.0.0.1");
  const Authority other;
  {
    const Larder larder(secure.yaml("ca: " + path_in_yaml(other.ca())));
    CHECK(larder.client().get("/").status == 502);
    CHECK(is_logged_once(larder,
                         "upstream shop: cannot connect to 127.0.0.1:" + std::to_string(secure.relay.port()) +
                             ": certificate not trusted: unable to get local issuer certificate"));
    CHECK(secure.origin.count() == 0);
  }
  const Larder trusting(secure.yaml("verify: off"));
  CHECK(trusting.client().get("/").status == 200);
}

TEST_CASE("larder shows its certificate to an upstream that wants one") {
  Authority clients;
  SecureOrigin secure("127.0.0.1", clients.ca());
  const CertificateFiles files = clients.issue("larder");
  {
    const Larder larder(secure.yaml(secure.trusting()));
    CHECK(larder.client().get("/").status == 502);
    // In TLS 1.3 that comes after the handshake; a request that crosses it may be answered by a reset.
    CHECK(eventually([&] {
      larder.client().get("/");
      return larder.log_lines_with("alert certificate required") == 1;
    }));
  }
  const Larder larder(secure.yaml(secure.trusting() + ", cert: " + path_in_yaml(files.cert) +
                                  ", key: " + path_in_yaml(files.key)));
  CHECK(larder.client().get("/").status == 200);
}

TEST_CASE("A TLS listener serves https, and its stored responses are separate from those of http") {
  Origin origin(numbered);
  const SecureLarder larder(origin);
  const Run first = curl({"--cacert", larder.ca(), larder.url("/a")});
  CHECK(first.exit_code == 0);
  CHECK(contains(first.output, "X-Cache: MISS"));
  CHECK(first.output.ends_with("answer 1"));
  CHECK(origin.last().fields.get("X-Forwarded-Proto") == "https");
  const Run again = curl({"--cacert", larder.ca(), larder.url("/a"), larder.url("/a")});
  CHECK(contains(again.output, "X-Cache: HIT"));
  Client plain(larder.plain_port(), "localhost:" + std::to_string(larder.port()));
  CHECK(cache_result(plain.get("/a")) == "MISS");
  CHECK(origin.last().fields.get("X-Forwarded-Proto") == "http");
  CHECK(curl({larder.url("/a")}).exit_code == 60);  // the system does not know the authority
}

TEST_CASE("Interim responses reach clients over TLS, beside the 100 that asks for their content") {
  Origin origin([](const OriginRequest& request) {
    OriginResponse response = text("got " + request.body);
    response.before = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n";
    return response;
  });
  SecureLarder larder(origin);
  const Run get = curl({"--cacert", larder.ca(), larder.url("/a")});
  CHECK(get.output.starts_with("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n"));
  CHECK(get.output.ends_with("got "));
  const Run post = curl(
      {"--cacert", larder.ca(), "--header", "Expect: 100-continue", "--data", "content", larder.url("/b")});
  CHECK(post.output.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n"));
  CHECK(post.output.ends_with("got content"));
}

TEST_CASE("Over TLS the default port of key and Host is 443 (RFC 9110, section 4.2.2)") {
  Origin origin([](const OriginRequest& request) { return text("for " + request.fields.get("Host") + "."); });
  SecureLarder larder(origin);
  const auto get = [&](const std::string& host) {
    return curl({"--cacert", larder.ca(), "--header", "Host: " + host, larder.url("/a")}).output;
  };
  CHECK(contains(get("SHOP.test:443"), "for shop.test."));
  const std::string shared = get("shop.test");
  CHECK(contains(shared, "X-Cache: HIT"));
  CHECK(contains(shared, "for shop.test."));
  CHECK(contains(get("shop.test:80"), "for shop.test:80."));
}

TEST_CASE("Reloaded certificates apply to new connections, and invalid files to none") {
  Origin origin(numbered);
  SecureLarder larder(origin);
  CHECK(curl({"--cacert", larder.ca(), larder.url("/a")}).exit_code == 0);
  Authority other;
  CHECK(larder.renew(other.issue("localhost"), "configuration reloaded"));
  CHECK(contains(curl({"--cacert", other.ca(), larder.url("/a")}).output, "X-Cache: HIT"));
  CHECK(curl({"--cacert", larder.ca(), larder.url("/a")}).exit_code == 60);
  Authority third;
  const CertificateFiles mixed{other.issue("localhost").cert, third.issue("localhost").key};
  CHECK(larder.renew(mixed, "configuration not reloaded"));
  CHECK(curl({"--cacert", other.ca(), larder.url("/a")}).exit_code == 0);
}

TEST_CASE("Plain HTTP to a port for TLS is told once, with what to write") {
  Origin origin(numbered);
  const SecureLarder larder(origin);
  for (int i = 0; i < 3; ++i) {
    Client client(larder.port());
    client.send(client.head_text("GET", "/"));
    CHECK(client.is_ended());
  }
  CHECK(eventually([&] { return contains(larder.log(), "speaks plain HTTP to a port for TLS"); }));
  CHECK(larder.log().find("speaks plain HTTP") == larder.log().rfind("speaks plain HTTP"));
}

TEST_CASE("A TLS listener speaks TLS 1.2 and later, and only HTTP/1.1") {
  Origin origin(numbered);
  const SecureLarder larder(origin);
  const std::string ca = larder.ca();
  CHECK(curl({"--cacert", ca, "--tls-max", "1.2", larder.url("/")}).exit_code == 0);
  CHECK(curl({"--cacert", ca, "--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0", larder.url("/")})
            .exit_code == 35);
  const Run offered_two = curl({"--cacert", ca, "--http2", larder.url("/")});
  CHECK(offered_two.output.starts_with("HTTP/1.1 200"));
}

TEST_CASE(
    "Large content passes both ways through a TLS listener, and plain HTTP to it only closes that "
    "connection") {
  Origin origin([](const OriginRequest&) {
    OriginResponse response;
    response.pattern = 20'000'000;
    return response;
  });
  const SecureLarder larder(origin);
  Client mistaken(larder.port(), "localhost");
  mistaken.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  Sink ignore = [](std::string_view) {};
  mistaken.wire().read_to_close(ignore);
  const TemporaryDirectory directory;
  const std::string sent = (directory.path() / "sent").string();
  const std::string received = (directory.path() / "received").string();
  std::ofstream(sent, std::ios::binary) << Pattern::first(5'000'000);
  const Run run = curl({"--cacert", larder.ca(), "--no-include", "--output", received, "--data-binary",
                        "@" + sent, larder.url("/large")});
  CHECK(run.exit_code == 0);
  CHECK(run.errors == "");
  CHECK(std::filesystem::file_size(received) == 20'000'000);
  CHECK(origin.last().body_size == 5'000'000);
  CHECK(origin.last().body_is_pattern);
}

TEST_CASE("rediss:// uses TLS, and stored responses outlive larder") {
  Origin origin(numbered);
  SecureRedis redis;
  {
    Larder larder(redis.yaml(origin, redis.authority.ca()));
    CHECK(uses(larder, *redis.server));
    larder.client().get("/kept");
    CHECK(is_stored(*redis.server, "/kept"));
    origin.answer([](const OriginRequest&) { return text(Pattern::first(3'000'000)); });
    larder.client().get("/large");
    CHECK(is_stored(*redis.server, "/large"));
  }
  Larder larder(redis.yaml(origin, redis.authority.ca()));
  CHECK(has_cached(larder, "/kept"));
  CHECK((larder.client().get("/large").body == Pattern::first(3'000'000)));
  CHECK(origin.count("/large") == 1);
}

TEST_CASE("With verify: off any certificate of Redis will do") {
  Origin origin(numbered);
  SecureRedis redis;
  Larder larder("threads: 1\nupstreams:\n  shop: {servers: [" + origin.url() +
                "]}\nstore:\n  redis: {url: \"rediss://127.0.0.1:" + std::to_string(redis.port) +
                "\", timeout: 500ms, tls: {verify: off}}\nroutes:\n  - match: /**\n    ttl: 60s\n");
  CHECK(uses(larder, *redis.server));
}

TEST_CASE("A Redis whose certificate is not trusted is logged once, and requests are served without it") {
  Origin origin(numbered);
  SecureRedis redis;
  const Authority other;
  const Larder larder(redis.yaml(origin, other.ca()));
  Client client = larder.client();
  CHECK(client.get("/a").status == 200);
  CHECK(cache_result(client.get("/a")) == "HIT");
  CHECK(client.put("/a").status == 200);
  CHECK(cache_result(client.get("/a")) == "MISS");
  CHECK(is_logged_once(
      larder, "redis: not available at 127.0.0.1:" + std::to_string(redis.port) +
                  ": connect: certificate not trusted: self-signed certificate in certificate chain"));
  CHECK(is_logged_once(larder, "certificate not trusted"));
  CHECK(names_in(*redis.server).empty());
}

TEST_CASE(
    "A Redis Cluster that wants client certificates is reached over TLS, by the name in its certificate") {
  Origin origin(numbered);
  Authority authority;
  const CertificateFiles server = authority.issue("redis.internal");
  const CertificateFiles client = authority.issue("larder");
  const std::uint16_t port = free_port();
  const RedisServer redis({"--cluster-enabled", "yes", "--cluster-port", std::to_string(free_port()),
                           "--tls-port", std::to_string(port), "--tls-cert-file", server.cert,
                           "--tls-key-file", server.key, "--tls-ca-cert-file", authority.ca(),
                           "--tls-auth-clients", "yes", "--tls-cluster", "yes"});
  redis.cli({"CLUSTER", "ADDSLOTSRANGE", "0", "16383"});
  REQUIRE(eventually(
      [&] {
        return redis.cli({"CLUSTER", "INFO"}).find("cluster_state:ok") != std::string::npos;
      },
      patience));
  const auto yaml = [&](const std::string& name, const std::string& certificate) {
    return "threads: 1\nupstreams:\n  shop: {servers: [" + origin.url() +
           "]}\nstore:\n  redis: {url: \"rediss+cluster://127.0.0.1:" + std::to_string(port) +
           "\", timeout: 500ms, tls: {ca: " + path_in_yaml(authority.ca()) + name + certificate +
           "}}\nroutes:\n  - match: /**\n    ttl: 60s\n";
  };
  const std::string name = ", server_name: redis.internal";
  const std::string certificate =
      ", cert: " + path_in_yaml(client.cert) + ", key: " + path_in_yaml(client.key);
  {
    const Larder larder(yaml(name, certificate));
    CHECK(uses(larder, redis));
  }
  redis.cli({"FLUSHALL"});
  for (const std::string& wrong : {yaml("", certificate), yaml(name, "")}) {
    const Larder larder(wrong);
    CHECK(larder.client().get("/a").status == 200);
    CHECK(eventually([&] { return larder.log_lines_with("redis: not available at 127.0.0.1:") == 1; },
                     patience));
    CHECK(names_in(redis).empty());
  }
}

TEST_CASE("An unusable TLS file makes the start and `check` fail with its key and exit code 2") {
  Authority authority;
  const CertificateFiles one = authority.issue("one.test");
  const CertificateFiles two = authority.issue("two.test");
  const TemporaryDirectory directory;
  const std::string path = (directory.path() / "larder.yaml").string();
  std::ofstream(path) << "listen: {address: \"127.0.0.1:0\", tls: {cert: " << path_in_yaml(one.cert)
                      << ", key: " << path_in_yaml(two.key)
                      << "}}\nupstreams:\n  shop: {servers: [\"https://h\"], tls: {ca: /nowhere/ca.pem}}\n"
                         "store: {redis: {url: \"rediss://h\", tls: {cert: /nowhere/c.pem, key: k}}}\n";
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--config", path}, std::vector<std::string>{"check", "--config", path}}) {
    const Run run = run_larder(arguments);
    CHECK(run.exit_code == 2);
    CHECK(contains(run.errors, "listen 127.0.0.1:0.tls.key: " + two.key + ": "));
    CHECK(contains(run.errors, "upstreams.shop.tls.ca: /nowhere/ca.pem: No such file or directory"));
    CHECK(contains(run.errors, "store.redis.tls.cert: /nowhere/c.pem: No such file or directory"));
  }
}

}  // namespace larder::test
