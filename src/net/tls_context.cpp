#include "tls_error.hpp"

#include <larder/net/tls.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>

namespace larder::net {
namespace {

/// As RFC 7301 writes the list: each name behind its length.
constexpr std::array<unsigned char, 9> protocols{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

/// A client that supports none of ours gets an alert (RFC 7301, section 3.2).
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned offered_size, void*) {
  unsigned char* found = nullptr;
  const int outcome =
      ::SSL_select_next_proto(&found, size, protocols.data(), protocols.size(), offered, offered_size);
  *chosen = found;
  return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

[[noreturn]] void fail(const char* setting, const std::string& path, const std::string& why) {
  throw TlsFileError(setting, path + ": " + why);
}

/// OpenSSL's words for a file that is not there are poor.
void check_readable(const char* setting, const std::string& path) {
  errno = 0;
  if (!std::ifstream(path)) fail(setting, path, std::strerror(errno));
}

void use_certificate(SSL_CTX* context, const std::string& cert, const std::string& key) {
  check_readable("cert", cert);
  ::ERR_clear_error();
  if (::SSL_CTX_use_certificate_chain_file(context, cert.c_str()) != 1) {
    fail("cert", cert, "no PEM certificate: " + last_tls_reason());
  }
  check_readable("key", key);
  ::ERR_clear_error();
  if (::SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) {
    fail("key", key, "no PEM private key of the certificate: " + last_tls_reason());
  }
}

void trust(SSL_CTX* context, const std::string& ca) {
  ::ERR_clear_error();
  if (ca.empty()) {
    if (::SSL_CTX_set_default_verify_paths(context) != 1) {
      fail("ca", "the system's authorities", last_tls_reason());
    }
    return;
  }
  check_readable("ca", ca);
  if (::SSL_CTX_load_verify_file(context, ca.c_str()) != 1) {
    fail("ca", ca, "no PEM certificates: " + last_tls_reason());
  }
}

/// A key with a passphrase must not wait for input at the terminal.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

}  // namespace

TlsContext::TlsContext(bool is_server)
    : context_(::SSL_CTX_new(is_server ? ::TLS_server_method() : ::TLS_client_method())) {
  if (context_ == nullptr) throw std::runtime_error("OpenSSL: " + last_tls_reason());
  ::SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
  ::SSL_CTX_set_options(context_, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // Idle connections keep no record buffers; a write may be tried again from a copy.
  ::SSL_CTX_set_mode(context_, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                   SSL_MODE_ENABLE_PARTIAL_WRITE);
  ::SSL_CTX_set_read_ahead(context_, 1);
  ::SSL_CTX_set_default_passwd_cb(context_, no_passphrase);
}

TlsContext::~TlsContext() {
  ::SSL_CTX_free(context_);
}

std::shared_ptr<const TlsContext> TlsContext::for_clients(const TlsClientSettings& settings) {
  auto context = std::make_shared<TlsContext>(false);
  if (settings.verify) trust(context->native(), settings.ca);
  ::SSL_CTX_set_verify(context->native(), settings.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (!settings.cert.empty()) use_certificate(context->native(), settings.cert, settings.key);
  return context;
}

std::shared_ptr<const TlsContext> TlsContext::for_listener(const TlsServerSettings& settings) {
  auto context = std::make_shared<TlsContext>(true);
  use_certificate(context->native(), settings.cert, settings.key);
  ::SSL_CTX_set_alpn_select_cb(context->native(), choose_protocol, nullptr);
  return context;
}

}  // namespace larder::net
