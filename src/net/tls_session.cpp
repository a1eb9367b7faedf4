#include "tls_session.hpp"

#include "certificate_names.hpp"
#include "tls_error.hpp"
#include "tls_socket.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>
#include <array>
#include <stdexcept>

namespace larder::net {
namespace {

bool is_address(const std::string& name) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(AF_INET, name.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1;
}

}  // namespace

TlsSession::TlsSession(const TlsContext& context, int socket)
    : ssl_(::SSL_new(context.native())), socket_(socket) {
  BIO* const bio = ssl_ == nullptr ? nullptr : new_socket_bio(&socket_);
  if (bio == nullptr) {
    ::SSL_free(ssl_);
    throw std::runtime_error("OpenSSL: " + last_tls_reason());
  }
  ::SSL_set_bio(ssl_, bio, bio);
  if (::SSL_is_server(ssl_) == 1) {
    ::SSL_set_accept_state(ssl_);
  } else {
    ::SSL_set_connect_state(ssl_);
  }
}

TlsSession::~TlsSession() {
  ::SSL_free(ssl_);
}

void TlsSession::expect(const std::string& name) {
  X509_VERIFY_PARAM* const checks = ::SSL_get0_param(ssl_);
  // RFC 6066, section 3: addresses are not asked for by SNI.
  if (is_address(name)) {
    ::X509_VERIFY_PARAM_set1_ip_asc(checks, name.c_str());
    return;
  }
  ::X509_VERIFY_PARAM_set_hostflags(checks, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  ::X509_VERIFY_PARAM_set1_host(checks, name.data(), name.size());
  SSL_set_tlsext_host_name(ssl_, name.c_str());
}

TlsStep TlsSession::handshake() {
  ::ERR_clear_error();
  return step(::SSL_do_handshake(ssl_), 0);
}

TlsStep TlsSession::read(std::span<char> buffer) {
  ::ERR_clear_error();
  std::size_t count = 0;
  const int outcome = ::SSL_read_ex(ssl_, buffer.data(), buffer.size(), &count);
  return step(outcome, count);
}

TlsStep TlsSession::write(std::string_view bytes) {
  ::ERR_clear_error();
  std::size_t count = 0;
  const int outcome = ::SSL_write_ex(ssl_, bytes.data(), bytes.size(), &count);
  is_writing_ = outcome != 1;
  return step(outcome, count);
}

void TlsSession::finish() {
  if (is_broken_ || is_writing_ || ::SSL_is_init_finished(ssl_) != 1) return;
  ::ERR_clear_error();
  ::SSL_shutdown(ssl_);
}

std::string TlsSession::certified() const {
  const long result = ::SSL_get_verify_result(ssl_);
  if (result != X509_V_ERR_HOSTNAME_MISMATCH && result != X509_V_ERR_IP_ADDRESS_MISMATCH) return {};
  STACK_OF(X509)* const chain = ::SSL_get0_verified_chain(ssl_);
  return chain == nullptr || sk_X509_num(chain) == 0 ? std::string() : names_in(sk_X509_value(chain, 0));
}

bool TlsSession::is_idle() {
  if (is_broken_) return false;
  ::ERR_clear_error();
  char byte = 0;
  std::size_t count = 0;
  const int outcome = ::SSL_peek_ex(ssl_, &byte, 1, &count);
  return step(outcome, count).need == TlsStep::Need::to_read && ::SSL_has_pending(ssl_) == 0;
}

TlsStep TlsSession::step(int outcome, std::size_t count) {
  if (outcome == 1) return {TlsStep::Need::nothing, count};
  const int error = ::SSL_get_error(ssl_, outcome);
  if (error == SSL_ERROR_WANT_READ) return {TlsStep::Need::to_read, std::size_t{0}};
  if (error == SSL_ERROR_WANT_WRITE) return {TlsStep::Need::to_write, std::size_t{0}};
  const boost::system::error_code failure = name_failure(error);
  if (error != SSL_ERROR_ZERO_RETURN) is_broken_ = true;
  return {TlsStep::Need::nothing, failure};
}

/// An end without close_notify may come from somebody on the path (RFC 9112, section 9.8).
boost::system::error_code TlsSession::name_failure(int error) {
  if (error == SSL_ERROR_ZERO_RETURN) return Error::closed;
  const bool is_end = error == SSL_ERROR_SYSCALL ||
                      ERR_GET_REASON(::ERR_peek_last_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
  if (is_end) return Error::reset;
  const bool is_untrusted = ERR_GET_REASON(::ERR_peek_last_error()) == SSL_R_CERTIFICATE_VERIFY_FAILED;
  return tls_error(is_untrusted ? ::SSL_get_verify_result(ssl_) : X509_V_OK);
}

}  // namespace larder::net
