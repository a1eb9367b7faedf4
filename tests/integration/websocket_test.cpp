#include "support/larder.hpp"
#include "support/origin.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

/// src/http1/README.md, row "bytes after an Upgrade before 101": a tunnel only after 101, only for WebSocket,
/// only if the route allows it.
namespace larder::test {

namespace {

// RFC 6455, section 1.3.
const std::string key = "dGhlIHNhbXBsZSBub25jZQ==";
const std::string accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
const std::string switching =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
const std::string accepting = switching + "Sec-WebSocket-Accept: " + accept + "\r\n\r\n";

/// Answers each connection's first request with `answer`, then sends `greeting` and echoes what it gets,
/// until the client closes. It closes the connection itself if it gets "bye".
class EchoServer {
 public:
  explicit EchoServer(std::string answer, std::string greeting = "")
      : answer_(std::move(answer)), greeting_(std::move(greeting)), thread_([this] { accept_all(); }) {}

  ~EchoServer() {
    listener_.shutdown();
    thread_.join();
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(listener_.port()); }
  std::string head() const { return head_; }            ///< of the last request, once it was answered
  std::uint64_t received() const { return received_; }  ///< bytes after heads
  int connections() const { return connections_; }

 private:
  void accept_all() {
    for (Socket socket = listener_.accept(); socket; socket = listener_.accept()) {
      ++connections_;
      Wire wire(std::move(socket));
      const std::optional<std::string> head = wire.read_head();
      if (!head) continue;
      head_ = *head;
      wire.socket().send(answer_ + greeting_);
      echo(wire);
    }
  }

  void echo(Wire& wire) {
    wire.read_to_close([&](std::string_view bytes) {
      received_ += bytes.size();
      wire.socket().send(bytes);
      if (bytes == "bye") wire.socket().shutdown_write();
    });
  }

  Socket listener_ = Socket::listening(0);
  std::string answer_;
  std::string greeting_;
  std::string head_;
  std::atomic<std::uint64_t> received_{0};
  std::atomic<int> connections_{0};
  std::thread thread_;
};

Yaml yaml_for(const EchoServer& server, std::string_view websocket = "on", std::string timeouts = "") {
  return {.upstream = server.url(),
          .routes = "  - match: /**\n    ttl: 60s\n    websocket: " + std::string(websocket) + "\n",
          .timeouts = std::move(timeouts)};
}

std::string handshake(const std::string& more = "") {
  return "GET /chat?room=1 HTTP/1.1\r\nHost: shop.test\r\nConnection: keep-alive, Upgrade\r\nUpgrade: "
         "websocket\r\n"
         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " +
         key + "\r\nSec-WebSocket-Protocol: chat\r\n" + more + "\r\n";
}

std::string receive(Client& client, std::size_t size) {
  std::string text;
  client.wire().read_length(size, [&](std::string_view bytes) { text += bytes; });
  return text;
}

}  // namespace

TEST_CASE("A WebSocket is a tunnel both ways once the origin has accepted it (RFC 6455, section 4)") {
  EchoServer server(accepting, "hello");
  Larder larder(yaml_for(server));
  Client client = larder.client();
  client.send(handshake());
  const Response response = client.receive_head();
  CHECK(response.status == 101);
  CHECK(response.fields.get("Upgrade") == "websocket");
  CHECK(response.fields.get("Connection") == "Upgrade");
  CHECK(response.fields.get("Sec-WebSocket-Accept") == accept);
  CHECK(cache_result(response) == "BYPASS");
  CHECK(receive(client, 5) == "hello");
  client.send("ping");
  CHECK(receive(client, 4) == "ping");
  // More than any buffer on the way.
  const std::string much = Pattern::first(1 << 20);
  std::thread sender([&] { client.send(much); });
  const std::string back = receive(client, much.size());
  sender.join();
  CHECK(back == much);
  const std::string head = server.head();
  CHECK(head.starts_with("GET /chat?room=1 HTTP/1.1\r\n"));
  CHECK(head.find("\r\nUpgrade: websocket\r\n") != head.npos);
  CHECK(head.find("\r\nConnection: Upgrade\r\n") != head.npos);
  CHECK(head.find("\r\nSec-WebSocket-Protocol: chat\r\n") != head.npos);
  client.send("bye");
  CHECK(receive(client, 3) == "bye");
  CHECK(client.is_ended());
}

TEST_CASE("A tunnel closed on either side is closed on the other") {
  EchoServer server(accepting);
  Larder larder(yaml_for(server));
  for (int i = 0; i < 2; ++i) {
    // The server serves one connection after another: it sees the end of the first.
    Client client = larder.client();
    client.send(handshake());
    CHECK(client.receive_head().status == 101);
    if (i == 0) client.finish();
    client.disconnect();
  }
  CHECK(server.connections() == 2);
}

TEST_CASE("What a client sends after a handshake waits for the 101, and is a request if none comes") {
  SUBCASE("accepted") {
    EchoServer server(accepting);
    Larder larder(yaml_for(server));
    Client client = larder.client();
    client.send(handshake() + "early");
    CHECK(client.receive_head().status == 101);
    CHECK(receive(client, 5) == "early");
  }
  SUBCASE("refused") {
    Origin origin([](const OriginRequest& request) {
      return request.target == "/next" ? text("next") : status(426).with("Cache-Control", "no-store");
    });
    Larder larder(Yaml{.upstream = origin.url(), .routes = "  - match: /**\n    websocket: on\n"});
    Client client = larder.client();
    client.send(handshake() + "GET /next HTTP/1.1\r\nHost: shop.test\r\n\r\n");
    CHECK(client.receive().status == 426);
    CHECK(client.receive().body == "next");
    CHECK(origin.count() == 2);
  }
}

TEST_CASE("A 101 that does not match the handshake's key is a 502, not a tunnel") {
  for (const std::string& answer :
       {switching + "\r\n", switching + "Sec-WebSocket-Accept: c3VyZWx5IG5vdCB0aGUgYW5zd2Vy\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
            accept + "\r\n\r\n"}) {
    CAPTURE(answer);
    EchoServer server(answer);
    Larder larder(yaml_for(server));
    Client client = larder.client();
    client.send(handshake() + "GET /smuggled HTTP/1.1\r\nHost: shop.test\r\n\r\n");
    CHECK(client.receive().status == 502);
    client.disconnect();
    CHECK(server.received() == 0);
  }
}

TEST_CASE("If the route does not allow it, an Upgrade is dropped") {
  EchoServer server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  Larder larder(yaml_for(server, "off"));
  Client client = larder.client();
  client.send(handshake());
  CHECK(client.receive().body == "ok");
  CHECK(server.head().find("Upgrade") == std::string::npos);
}

TEST_CASE("A tunnel that is silent both ways for `tunnel` is closed") {
  EchoServer server(accepting);
  Larder larder(yaml_for(server, "on", "{tunnel: 1s}"));
  Client client = larder.client();
  client.send(handshake());
  CHECK(client.receive_head().status == 101);
  CHECK(client.is_ended());
}

TEST_CASE("A tunnel may be silent for longer than `idle` and `keepalive`") {
  EchoServer server(accepting);
  Larder larder(yaml_for(server, "on", "{idle: 100ms, keepalive: 100ms}"));
  Client client = larder.client();
  client.send(handshake());
  CHECK(client.receive_head().status == 101);
  CHECK_FALSE(client.is_ended(std::chrono::milliseconds(500)));
}

TEST_CASE("Shutting down closes tunnels after the grace period") {
  EchoServer server(accepting);
  Yaml yaml = yaml_for(server);
  yaml.rest = "shutdown_grace: 100ms\n";
  Larder larder(yaml);
  Client client = larder.client();
  client.send(handshake());
  CHECK(client.receive_head().status == 101);
  CHECK(larder.stop() == 0);
  CHECK(client.is_ended());
}

}  // namespace larder::test
