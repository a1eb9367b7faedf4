#pragma once

#include "watchdog.hpp"

#include <larder/net/stream.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <memory>
#include <string>

namespace larder::net {

/// Asio's error for an operation, renamed to what happened.
Error rename(const boost::system::error_code& error, bool timed_out);

/// A connected TCP or Unix socket.
template <class Protocol>
class SocketStream final : public Stream {
 public:
  using Socket = typename Protocol::socket;

  /// `socket` may still have to be connected.
  explicit SocketStream(Socket socket);
  ~SocketStream() override;

  Task<Result<>> connect(typename Protocol::endpoint endpoint);

  /// Reads the addresses of a connected socket and sets its options.
  void settle();

  Task<Result<std::size_t>> read_some(std::span<char> buffer) override;
  Task<Result<std::size_t>> read_answer(std::span<char> buffer) override;
  Task<Result<>> receive(Receiver& receiver) override;
  std::size_t write_now(std::string_view bytes) override;
  Task<Result<>> write(std::span<const std::string_view> parts) override;
  void expires_at(SteadyTime deadline) override;
  void reading_expires_at(SteadyTime deadline) override;
  void close() override;
  void shutdown_write() override;
  bool is_idle() override;
  bool has_peer_left() override;
  bool is_broken() override;
  std::optional<std::uint64_t> acknowledged() override;
  const std::string& peer_address() const override { return peer_address_; }

  // For TLS, which reads and writes the socket itself.
  Socket& socket() { return shared_->socket; }
  bool is_closed() const { return shared_->closed; }
  bool has_timed_out() const { return shared_->timed_out; }

 private:
  struct Shared {
    explicit Shared(Socket s) : socket(std::move(s)) {}
    Socket socket;
    bool timed_out = false;
    bool closed = false;
    bool stays_open = false;  // past the deadline
    /// Why nothing more can be read: a read after the end would wait for an event that Asio has had already.
    boost::system::error_code ended;
    void close();
    void note_end(const boost::system::error_code& error);
    void expire();
  };

  std::shared_ptr<Shared> shared_;
  std::shared_ptr<Watchdog> watchdog_;
  std::string peer_address_;
};

using TcpStream = SocketStream<boost::asio::ip::tcp>;
using UnixStream = SocketStream<boost::asio::local::stream_protocol>;

}  // namespace larder::net
