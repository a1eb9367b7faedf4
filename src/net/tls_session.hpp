#pragma once

#include <larder/base/result.hpp>
#include <larder/net/tls.hpp>

#include <openssl/ssl.h>

#include <memory>
#include <span>
#include <string_view>

namespace larder::net {

/// What one attempt of a TLS operation came to.
struct TlsStep {
  enum class Need { nothing, to_read, to_write } need = Need::nothing;
  Result<std::size_t> result = std::size_t{0};  ///< bytes; meaningful if nothing is needed
};

/// OpenSSL's side of a connection over a non-blocking socket. Nothing in it waits: an operation that cannot
/// go on says what the socket must be ready for, and is then tried again. The first of them is the handshake,
/// whichever is called.
class TlsSession {
 public:
  /// `socket` outlives the session, or is no longer used once closed: after that no operation may be called.
  TlsSession(const TlsContext& context, int socket);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  /// Asks for `name` and accepts only a certificate for it; a name or an address. Before the handshake.
  void expect(const std::string& name);

  TlsStep handshake();
  TlsStep read(std::span<char> buffer);
  TlsStep write(std::string_view bytes);

  /// Tells the peer that nothing more comes from us (close_notify), as far as the socket takes it now.
  void finish();

  /// After a handshake that failed because the certificate is for others: for whom, as a list.
  std::string certified() const;

  /// Whether nothing has come that was not read: tickets and the like are dealt with and do not count.
  bool is_idle();

 private:
  TlsStep step(int outcome, std::size_t count);
  boost::system::error_code name_failure(int error);

  SSL* ssl_;
  int socket_;
  bool is_broken_ = false;   // OpenSSL allows nothing more
  bool is_writing_ = false;  // a record is half written
};

}  // namespace larder::net
