#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string_view>

namespace larder::test {

/// How long a test waits for anything before it gives up: generous, for sanitizers on a busy machine.
inline constexpr std::chrono::seconds patience{30};

/// A peer said nothing, or took nothing, for as long as the test was ready to wait.
struct TimedOut : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A blocking TCP socket on 127.0.0.1 whose every wait is bounded. shutdown() alone may be called by another
/// thread.
class Socket {
 public:
  Socket() = default;
  ~Socket();
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;

  /// Listens at `port`, or at a free one for 0. Throws std::system_error where it cannot.
  static Socket listening(std::uint16_t port);

  /// Throws std::system_error where nobody listens.
  static Socket connected_to(std::uint16_t port);

  explicit operator bool() const { return descriptor_ >= 0; }
  std::uint16_t port() const;  ///< our own
  int descriptor() const { return descriptor_; }

  /// Waits for a client without limit; an empty socket once shutdown() was called.
  Socket accept();

  /// Sends all of it; false where the peer has gone. Throws TimedOut.
  bool send(std::string_view bytes);

  /// Receives at least a byte; 0 where the peer has gone. Throws TimedOut after `limit`.
  std::size_t receive(std::span<char> buffer, std::chrono::milliseconds limit = patience);

  /// Ends both directions, and every wait on the socket.
  void shutdown();

  /// Ends our direction: the peer reads to the end of what was sent.
  void shutdown_write();

  /// The kernel keeps no more than about `bytes` of what has come and was not received: for slow readers.
  void shrink_receive_buffer(int bytes);

 private:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}

  int descriptor_ = -1;
};

}  // namespace larder::test
