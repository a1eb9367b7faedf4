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

/// An authority of our own that issues certificates, valid for an hour; its files are gone with it.
class Authority {
 public:
  Authority();
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  /// Its own certificate: what those who shall trust it read.
  std::string ca() const;

  /// For a server or client of that name, or of an address such as `127.0.0.1`.
  CertificateFiles issue(const std::string& name);

 private:
  struct Keys;

  TemporaryDirectory directory_;
  std::unique_ptr<Keys> keys_;
  int issued_ = 0;
};

}  // namespace larder::test
