#pragma once

#include <memory>
#include <stdexcept>
#include <string>

using SSL_CTX = struct ssl_ctx_st;

namespace larder::net {

/// A certificate, key or list of authorities that cannot be used: startup must not go on.
class TlsFileError : public std::runtime_error {
 public:
  TlsFileError(std::string setting, const std::string& why)
      : std::runtime_error(why), setting_(std::move(setting)) {}

  const std::string& setting() const { return setting_; }  ///< "ca", "cert" or "key"

 private:
  std::string setting_;
};

/// How to be sure of servers, and how to show them who we are. Files are PEM.
struct TlsClientSettings {
  std::string ca;      ///< the authorities to trust; empty: the system's
  std::string cert;    ///< our certificate with its chain; empty: none
  std::string key;     ///< its private key
  bool verify = true;  ///< off: any peer that answers is taken for the server
};

/// The certificate of a listener. Files are PEM.
struct TlsServerSettings {
  std::string cert;  ///< with its chain
  std::string key;
};

/// What TLS connections of one kind share: files read, versions and protocols chosen. TLS 1.2 and later,
/// HTTP/1.1 alone. Built from files, never changed, used by any thread.
class TlsContext {
 public:
  /// Both throw TlsFileError.
  static std::shared_ptr<const TlsContext> for_clients(const TlsClientSettings& settings);
  static std::shared_ptr<const TlsContext> for_listener(const TlsServerSettings& settings);

  explicit TlsContext(bool is_server);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  SSL_CTX* native() const { return context_; }

 private:
  SSL_CTX* context_;
};

/// A server that is reached over TLS.
struct TlsPeer {
  std::shared_ptr<const TlsContext> context;
  std::string server_name;  ///< asked for (SNI), and what the certificate must be for: a name or an address
  bool operator==(const TlsPeer&) const = default;  ///< the very same context
};

}  // namespace larder::net
