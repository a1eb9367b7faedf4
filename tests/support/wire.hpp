#pragma once

#include "support/fields.hpp"
#include "support/socket.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace larder::test {

/// Takes content as it comes.
using Sink = std::function<void(std::string_view)>;

/// Reads HTTP/1.1's framing from a socket, for both ends of a test. Throws TimedOut.
class Wire {
 public:
  explicit Wire(Socket socket) : socket_(std::move(socket)) {}

  Socket& socket() { return socket_; }

  /// A head including its empty line; nothing if the peer closed the connection before it was complete.
  std::optional<std::string> read_head();

  /// Reads content. Each is false if the peer closed the connection before the content's end.
  bool read_length(std::uint64_t length, const Sink& sink);
  bool read_chunks(const Sink& sink);
  void read_to_close(const Sink& sink);

  /// Whether the peer closes the connection within `limit` without another byte.
  bool ends(std::chrono::milliseconds limit = patience);

 private:
  bool fill(std::chrono::milliseconds limit = patience);
  std::optional<std::string> read_line();

  Socket socket_;
  std::string buffer_;
};

/// Content that can be generated again and checked without keeping it: a repeated block of random letters.
class Pattern {
 public:
  /// Some bytes of the content from `offset` on, at most `most`.
  static std::string_view at(std::uint64_t offset, std::uint64_t most);

  /// The first `size` bytes.
  static std::string first(std::uint64_t size);

  /// Takes content and compares it with the pattern.
  void check(std::string_view bytes);

  std::uint64_t size() const { return size_; }  ///< bytes checked
  bool holds() const { return holds_; }

 private:
  std::uint64_t size_ = 0;
  bool holds_ = true;
};

}  // namespace larder::test
