#pragma once

#include "support/fields.hpp"
#include "support/wire.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::test {

/// What came back.
struct Response {
  int status = 0;
  std::string version;  ///< "HTTP/1.1"
  std::string head;     ///< as on the wire
  Fields fields;
  std::string body;                   ///< empty if it went to a sink
  bool complete = true;               ///< the body came whole
  std::vector<int> interim;           ///< the 1xx before it
  std::chrono::milliseconds took{0};  ///< from the request's first byte; set by request() only
};

/// A client with one connection that it keeps and, if necessary, opens again. Blocking; every wait is
/// bounded.
class Client {
 public:
  explicit Client(std::uint16_t port, std::string host = "shop.test") : port_(port), host_(std::move(host)) {}

  /// Sends a request with `Host` (unless `fields` have one) and a Content-Length if there is a body, and
  /// reads its response. Throws std::runtime_error if none comes.
  Response request(std::string_view method, std::string_view target, const Fields& fields = {},
                   const std::optional<std::string>& body = std::nullopt);
  Response get(std::string_view target, const Fields& fields = {}) { return request("GET", target, fields); }
  Response head(std::string_view target, const Fields& fields = {}) {
    return request("HEAD", target, fields);
  }
  Response put(std::string_view target, std::string body = "{}") {
    return request("PUT", target, {}, std::move(body));
  }
  Response post(std::string_view target, std::string body = "{}") {
    return request("POST", target, {}, std::move(body));
  }
  Response remove(std::string_view target) { return request("DELETE", target); }

  /// The head that request() would send.
  std::string head_text(std::string_view method, std::string_view target, const Fields& fields = {}) const;

  /// Sends bytes as they are; false if the peer has gone.
  bool send(std::string_view bytes);

  /// Reads the next response, to a request of that method.
  Response receive(std::string_view method = "GET");
  Response receive(std::string_view method, const Sink& sink);

  /// Reads a head of any status, 1xx too.
  Response receive_head();

  /// Whether the peer closes the connection.
  bool is_ended(std::chrono::milliseconds within = patience);

  /// Drops the connection; the next request makes a new one.
  void disconnect() { wire_.reset(); }

  /// Closes our direction; the peer may go on sending.
  void finish() { wire().socket().shutdown_write(); }

  Wire& wire();

 private:
  std::uint16_t port_;
  std::string host_;
  std::optional<Wire> wire_;
};

}  // namespace larder::test
