#pragma once

#include <larder/base/clock.hpp>
#include <larder/base/result.hpp>
#include <larder/base/task.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace larder::net {

/// Takes what a stream reads as it comes.
class Receiver {
 public:
  virtual ~Receiver() = default;

  /// Room for what comes next, never none; valid until received().
  virtual std::span<char> room() = 0;

  /// That many bytes have come into it. Returns whether more are wanted.
  virtual bool received(std::size_t count) = 0;
};

/// Bytes both ways between two ends: a connection, or what another protocol carries as one. One coroutine may
/// read while another writes; not for two threads.
class ByteStream {
 public:
  virtual ~ByteStream() = default;

  /// Reads at least one byte. Error::closed at the orderly end, Error::reset at a broken one (content
  /// delimited by the end is then incomplete: RFC 9112, section 8), Error::timeout past the deadline.
  virtual Task<Result<std::size_t>> read_some(std::span<char> buffer) = 0;

  /// Writes all parts, in order, in as few calls to the kernel as it takes. The parts must live until it is
  /// done.
  virtual Task<Result<>> write(std::span<const std::string_view> parts) = 0;

  /// When reads and writes begin to fail with Error::timeout. Setting it later costs a store, so set it
  /// often.
  virtual void expires_at(SteadyTime deadline) = 0;

  /// Ends every wait on the stream with Error::canceled, or Error::timeout if the deadline did it. May be
  /// called again.
  virtual void close() = 0;

  /// Ends our direction in an orderly way: the peer reads to the end of what was written.
  virtual void shutdown_write() = 0;
};

/// A connection to a peer: TCP, a Unix socket, TLS.
class Stream : public ByteStream {
 public:
  /// The same for an answer, which takes the peer a while: looks for it only after all else that is due on
  /// the loop, when it has mostly come: looking at once would be useless.
  virtual Task<Result<std::size_t>> read_answer(std::span<char> buffer) { return read_some(buffer); }

  /// Reads until the receiver wants no more: read_some() again and again, by one coroutine that is resumed
  /// once. The receiver outlives it.
  virtual Task<Result<>> receive(Receiver& receiver);

  /// Writes from the front of `bytes` what can be written without waiting, perhaps nothing; returns how much.
  /// An error is left for write() to report. Not while that is under way.
  virtual std::size_t write_now(std::string_view bytes) {
    static_cast<void>(bytes);
    return 0;
  }

  /// The same for a read alone, after which the stream stays open: a peer that was too slow can still be told
  /// so. Counts until expires_at() is called.
  virtual void reading_expires_at(SteadyTime deadline) = 0;

  /// Whether the peer has neither ended the connection nor sent unsolicited bytes: fit to be used
  /// again.
  virtual bool is_idle() = 0;

  /// Whether the peer has ended the connection, or at least its own direction. What it sent before may still
  /// be unread.
  virtual bool has_peer_left() = 0;

  /// Whether it has ended both: what is written goes nowhere.
  virtual bool is_broken() { return false; }

  /// How many bytes the peer has acknowledged so far; nothing if that cannot be told.
  virtual std::optional<std::uint64_t> acknowledged() { return std::nullopt; }

  /// Whether what passes is protected by TLS.
  virtual bool is_secure() const { return false; }

  /// If is_secure(): read_some() of what comes before the handshake, which has not begun.
  virtual Task<Result<std::size_t>> read_unsecured(std::span<char> buffer) { return read_some(buffer); }

  /// If is_secure(): agrees on keys with the peer, within the deadline. It is otherwise done by the first
  /// read or write.
  virtual Task<Result<>> handshake() { co_return Result<>(); }

  virtual const std::string& peer_address() const = 0;  ///< without the port; "unix" for a Unix socket
};

}  // namespace larder::net
