#pragma once

#include "socket_stream.hpp"
#include "tls_session.hpp"

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace larder::net {

/// TLS over a connected TCP socket, which keeps the deadline. The handshake comes with the first operation.
class TlsStream final : public Stream {
 public:
  TlsStream(std::unique_ptr<TcpStream> tcp, std::shared_ptr<const TlsContext> context);
  ~TlsStream() override;

  /// What the peer's certificate must be for. Before the handshake.
  void expect(const std::string& server_name) { session_.expect(server_name); }

  Task<Result<>> handshake() override;
  Task<Result<std::size_t>> read_unsecured(std::span<char> buffer) override {
    return tcp_->read_some(buffer);
  }
  Task<Result<std::size_t>> read_some(std::span<char> buffer) override;
  Task<Result<>> write(std::span<const std::string_view> parts) override;
  void expires_at(SteadyTime deadline) override { tcp_->expires_at(deadline); }
  void reading_expires_at(SteadyTime deadline) override { tcp_->reading_expires_at(deadline); }
  void close() override;
  void shutdown_write() override;
  bool is_idle() override;
  bool has_peer_left() override;
  bool is_broken() override;

  /// After a handshake that failed because the certificate is for others: for whom.
  std::string certified() { return session_.certified(); }
  std::optional<std::uint64_t> acknowledged() override { return tcp_->acknowledged(); }
  bool is_secure() const override { return true; }
  const std::string& peer_address() const override { return tcp_->peer_address(); }

 private:
  static constexpr std::size_t largest_record = 16 * 1024;  // RFC 8446, section 5.1

  template <class Attempt>
  Task<Result<std::size_t>> complete(Attempt attempt);
  Task<Result<>> wait_for(TlsStep::Need need);
  Task<Result<>> write_all(std::string_view bytes);
  boost::system::error_code end_error() const;

  std::unique_ptr<TcpStream> tcp_;
  std::shared_ptr<const TlsContext> context_;
  TlsSession session_;
  std::string record_;  // small parts of a write, gathered
  int in_a_row_ = 0;    // operations that did not wait
};

}  // namespace larder::net
