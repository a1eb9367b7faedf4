#pragma once

#include "support/fields.hpp"
#include "support/wire.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace larder::test {

/// A request as the origin received it.
struct OriginRequest {
  std::string method;
  std::string target;
  std::string head;  ///< as on the wire
  Fields fields;
  std::string body;             ///< its first MiB
  std::uint64_t body_size = 0;  ///< all of it
  bool body_is_pattern = true;  ///< whether all of it is Pattern
  bool complete = true;         ///< the body came whole
  int connection = 0;           ///< the number of the connection it came over, from 1
  int nth = 0;                  ///< the number of the request for that target, from 1
};

/// The origin's response, good or bad. Content-Length or Transfer-Encoding is added.
struct OriginResponse {
  enum class Framing { length, chunked, until_close };

  int status = 200;
  Fields fields;
  std::string body;
  Framing framing = Framing::length;
  std::uint64_t pattern = 0;       ///< the body is this many bytes of Pattern
  std::string before;              ///< bytes sent before the head: 1xx
  std::optional<std::string> raw;  ///< these bytes are the whole response
  std::optional<std::uint64_t>
      claimed_length;   ///< what Content-Length says, whatever follows; then the connection is closed
  bool silent = false;  ///< nothing comes, the connection stays open
  bool close = false;   ///< the connection is closed after it
  std::chrono::milliseconds delay{0};  ///< how late it comes

  OriginResponse& with(std::string name, std::string value) {
    fields.add(std::move(name), std::move(value));
    return *this;
  }
};

/// 200 with a text body and no cache fields.
OriginResponse text(std::string body);

/// `answer 3` to the third request: for tests that must tell the responses apart.
OriginResponse numbered(const OriginRequest& request);

/// A response with a status and no body.
OriginResponse status(int code);

/// The connection is closed without a response.
OriginResponse hang_up();

/// A programmable HTTP/1.1 server on 127.0.0.1 that records its requests. One thread per connection, so a
/// handler may block. Safe to query from any thread.
class Origin {
 public:
  using Handler = std::function<OriginResponse(const OriginRequest&)>;

  explicit Origin(Handler handler, std::uint16_t port = 0);
  ~Origin();
  Origin(const Origin&) = delete;
  Origin& operator=(const Origin&) = delete;

  /// Makes this handler answer from now on.
  void answer(Handler handler);

  /// If the handler returns a response for a head, it is sent before the request's body is read, and then the
  /// connection is closed.
  void answer_early(std::function<std::optional<OriginResponse>(const OriginRequest&)> handler);

  /// From now on nothing is recorded, and `nth` is not counted: for long runs.
  void keep_no_requests();

  /// Closes every connection; the next request needs a new one.
  void drop_connections();

  std::uint16_t port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  std::vector<OriginRequest> requests() const;
  OriginRequest last() const;  ///< throws if there was no request yet
  int count() const;
  int count(std::string_view target) const;  ///< with any method
  int count(std::string_view method, std::string_view target) const;
  int connections() const { return connections_; }  ///< made so far

 private:
  struct Connection;

  void accept_all();
  void serve(Connection& connection, int number);
  bool exchange(Connection& connection, int number);
  void receive_body(Wire& wire, OriginRequest& request);
  OriginResponse respond(OriginRequest& request);
  bool send(Wire& wire, const OriginRequest& request, const OriginResponse& response);

  std::uint16_t port_ = 0;
  Socket listener_;
  std::atomic<int> connections_{0};
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;
  Handler handler_;
  std::function<std::optional<OriginResponse>(const OriginRequest&)> early_handler_;
  std::vector<OriginRequest> requests_;
  bool keeps_requests_ = true;
  std::list<Connection> open_;
  std::thread acceptor_;
};

}  // namespace larder::test
