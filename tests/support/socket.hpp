#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string_view>

namespace larder::test {

/// How long a test waits for anything before it gives up: generous, for sanitizers on a busy machine.
inline constexpr std::chrono::seconds patience{30};

/// A peer sent nothing, or read nothing, for as long as the test was willing to wait.
struct TimedOut : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A blocking TCP socket on 127.0.0.1 whose every wait is bounded. Only shutdown() may be called from another
/// thread.
class Socket {
 public:
  Socket() = default;
  ~Socket();
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;

  /// Listens on `port`, or on a free one for 0. Throws std::system_error if it cannot.
  static Socket listening(std::uint16_t port);

  /// Throws std::system_error if nothing listens there.
  static Socket connected_to(std::uint16_t port);

  explicit operator bool() const { return descriptor_ >= 0; }
  std::uint16_t port() const;  ///< our own
  int descriptor() const { return descriptor_; }

  /// Waits for a client without limit; an empty socket once shutdown() was called.
  Socket accept();

  /// Sends all of it; false if the peer has gone. Throws TimedOut.
  bool send(std::string_view bytes);

  /// Receives at least a byte; 0 if the peer has gone. Throws TimedOut after `limit`.
  std::size_t receive(std::span<char> buffer, std::chrono::milliseconds limit = patience);

  /// Shuts down both directions, and ends every wait on the socket.
  void shutdown();

  /// Shuts down our direction: the peer reads to the end of what was sent.
  void shutdown_write();

  /// Limits what the kernel buffers for us to about `bytes`: for slow readers.
  void shrink_receive_buffer(int bytes);

 private:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}

  int descriptor_ = -1;
};

}  // namespace larder::test
