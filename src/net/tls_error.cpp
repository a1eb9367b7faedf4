#include "tls_error.hpp"

#include <larder/base/error.hpp>
#include <larder/net/other_scheme.hpp>

#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>

#include <string_view>

namespace larder::net {
namespace {

std::string reason_of(unsigned long code) {
  const char* const reason = ERR_SYSTEM_ERROR(code) ? nullptr : ::ERR_reason_error_string(code);
  if (reason != nullptr) return reason;
  return boost::system::system_category().message(static_cast<int>(ERR_GET_REASON(code)));
}

/// Values are OpenSSL's packed error codes.
class TlsCategory final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "tls"; }
  std::string message(int value) const override { return "TLS: " + reason_of(static_cast<unsigned>(value)); }
};

/// Values are X.509 verification results.
class CertificateCategory final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "certificate"; }
  std::string message(int value) const override {
    return std::string("certificate not trusted: ") + ::X509_verify_cert_error_string(value);
  }
};

}  // namespace

bool may_be_plain(const boost::system::error_code& error) {
  if (error == Error::closed || error == Error::reset) return true;
  if (std::string_view(error.category().name()) != "tls") return false;
  const int reason = ERR_GET_REASON(static_cast<unsigned>(error.value()));
  return reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_PACKET_LENGTH_TOO_LONG ||
         reason == SSL_R_BAD_RECORD_TYPE;
}

bool is_plain_http(const boost::system::error_code& error) {
  return std::string_view(error.category().name()) == "tls" &&
         ERR_GET_REASON(static_cast<unsigned>(error.value())) == SSL_R_HTTP_REQUEST;
}

std::string last_tls_reason() {
  const unsigned long code = ::ERR_peek_error();
  return code == 0 ? "unknown reason" : reason_of(code);
}

boost::system::error_code tls_error(long verify_result) {
  static const TlsCategory tls;
  static const CertificateCategory certificate;
  if (verify_result != X509_V_OK) return {static_cast<int>(verify_result), certificate};
  const unsigned long code = ::ERR_peek_last_error();
  if (code == 0) return Error::reset;
  return {static_cast<int>(code), tls};
}

}  // namespace larder::net
