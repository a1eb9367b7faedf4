#pragma once

#include "support/certificates.hpp"
#include "support/socket.hpp"

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace larder::test {

/// Makes a TLS server of a plain one: accepts TLS connections on a free port of 127.0.0.1 and relays them,
/// both ways. One thread per connection.
class TlsRelay {
 public:
  /// With a `client_ca` only clients with a certificate from that authority are accepted.
  TlsRelay(std::uint16_t plain_port, const CertificateFiles& files, const std::string& client_ca = {});
  ~TlsRelay();
  TlsRelay(const TlsRelay&) = delete;
  TlsRelay& operator=(const TlsRelay&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url(const std::string& host = "127.0.0.1") const {
    return "https://" + host + ":" + std::to_string(port_);
  }

  /// The name that the last client asked for (SNI); empty if it asked for none.
  std::string asked_name() const;

 private:
  struct Secret;

  void accept_all();
  void relay(Socket client);

  std::uint16_t plain_port_;
  std::unique_ptr<Secret> secret_;
  Socket listener_;
  std::uint16_t port_;
  mutable std::mutex mutex_;
  std::string asked_name_;
  std::atomic<bool> stopping_{false};
  std::list<std::thread> connections_;
  std::thread acceptor_;
};

}  // namespace larder::test
