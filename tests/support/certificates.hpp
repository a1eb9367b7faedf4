#pragma once

#include "support/temporary_directory.hpp"

#include <memory>
#include <string>

namespace larder::test {

/// Paths of PEM files.
struct CertificateFiles {
  std::string cert;
  std::string key;
};

/// Our own authority that issues certificates, valid for an hour; its files are removed with it.
class Authority {
 public:
  Authority();
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  /// Its own certificate, for those that shall trust it.
  std::string ca() const;

  /// For a server or client with that name, or with an address such as `127.0.0.1`.
  CertificateFiles issue(const std::string& name);

 private:
  struct Keys;

  TemporaryDirectory directory_;
  std::unique_ptr<Keys> keys_;
  int issued_ = 0;
};

}  // namespace larder::test
