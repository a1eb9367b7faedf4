#include "support/certificates.hpp"
#include "support/larder.hpp"
#include "support/origin.hpp"
#include "support/redis_server.hpp"
#include "support/tls_relay.hpp"
#include "support/wait.hpp"

#include <doctest/doctest.h>

#include <thread>

/// Peers that speak another protocol than the configuration says: the log says what to write instead.
namespace larder::test {

namespace {

/// Whether the log gets this line, once.
bool is_logged_once(const Larder& larder, const std::string& text) {
  return eventually([&] { return larder.log_lines_with(text) > 0; }, patience) &&
         larder.log_lines_with(text) == 1;
}

/// Says the same to everybody that connects, and reads what comes until its end.
class Speaker {
 public:
  explicit Speaker(std::string words) : words_(std::move(words)) {
    thread_ = std::thread([this] {
      for (Socket client = listener_.accept(); client; client = listener_.accept()) {
        client.send(words_);
        client.shutdown_write();
        Wire(std::move(client)).ends(std::chrono::milliseconds(200));
      }
    });
  }
  ~Speaker() {
    listener_.shutdown();
    thread_.join();
  }
  Speaker(const Speaker&) = delete;
  Speaker& operator=(const Speaker&) = delete;

  std::string address() const { return "127.0.0.1:" + std::to_string(listener_.port()); }

 private:
  std::string words_;
  Socket listener_ = Socket::listening(0);
  std::thread thread_;
};

const std::string bad_request = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
const std::string alert("\x15\x03\x01\x00\x02\x02\x46", 7);

}  // namespace

TEST_CASE("An upstream that speaks the other scheme is told with the one to write") {
  const Speaker plain(bad_request);
  const Speaker secure(alert);
  const Larder asking_tls(Yaml{.upstream = "https://" + plain.address()});
  CHECK(asking_tls.client().get("/").status == 502);
  CHECK(is_logged_once(asking_tls, "if it speaks plain HTTP, its URL in `servers` must begin with http://"));
  const Larder asking_plain(Yaml{.upstream = "http://" + secure.address()});
  CHECK(asking_plain.client().get("/").status == 502);
  CHECK(is_logged_once(asking_plain, "speaks TLS: its URL in `servers` must begin with https://"));
}

TEST_CASE("A certificate that is for others is told with whom it is for") {
  Origin origin([](const OriginRequest&) { return text("ok"); });
  Authority authority;
  const TlsRelay relay(origin.port(), authority.issue("shop.internal"));
  const Larder larder("upstreams:\n  shop: {servers: [\"" + relay.url() + "\"], tls: {ca: \"" +
                      authority.ca() + "\"}}\n");
  CHECK(larder.client().get("/").status == 502);
  CHECK(is_logged_once(larder, "it is for shop.internal, not for 127.0.0.1"));
}

TEST_CASE("What is no Redis, or one without TLS, is told as that") {
  const RedisServer redis;
  const Speaker web(bad_request);
  const Speaker secure(alert);
  struct Case {
    std::string url;
    std::string said;
  };
  for (const Case& one :
       {Case{"rediss://127.0.0.1:" + std::to_string(redis.port()),
             "if it speaks no TLS, store.redis.url must begin with redis://"},
        Case{"redis://" + web.address(), "it answers as HTTP does, and is no Redis"},
        Case{"redis://" + secure.address(), "it speaks TLS: store.redis.url must begin with rediss"}}) {
    CAPTURE(one.url);
    const Larder larder(Yaml{.upstream = "http://127.0.0.1:1", .redis = one.url});
    CHECK(is_logged_once(larder, one.said));
  }
}

}  // namespace larder::test
