#include "support/certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <stdexcept>

namespace larder::test {

namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { ::EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { ::X509_free(certificate); }
  void operator()(X509_EXTENSION* extension) const { ::X509_EXTENSION_free(extension); }
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Certificate = std::unique_ptr<X509, Free>;
using File = std::unique_ptr<std::FILE, Free>;

void require(bool holds) {
  if (!holds) throw std::runtime_error("a certificate could not be made");
}

Key new_key() {
  Key key(EVP_EC_gen("P-256"));
  require(key != nullptr);
  return key;
}

void extend(X509* certificate, int kind, const std::string& value) {
  const std::unique_ptr<X509_EXTENSION, Free> extension(
      ::X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str()));
  require(extension != nullptr && ::X509_add_ext(certificate, extension.get(), -1) == 1);
}

Certificate new_certificate(EVP_PKEY* key, const std::string& name, int serial) {
  Certificate certificate(::X509_new());
  require(certificate != nullptr);
  ::X509_set_version(certificate.get(), X509_VERSION_3);
  ::ASN1_INTEGER_set(::X509_get_serialNumber(certificate.get()), serial);
  ::X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
  ::X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3'600);
  ::X509_set_pubkey(certificate.get(), key);
  const std::basic_string<unsigned char> bytes(name.begin(), name.end());
  ::X509_NAME_add_entry_by_txt(::X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8, bytes.c_str(),
                               -1, -1, 0);
  return certificate;
}

File open(const std::string& path) {
  File file(std::fopen(path.c_str(), "w"));
  require(file != nullptr);
  return file;
}

}  // namespace

struct Authority::Keys {
  explicit Keys(const std::string& name) : certificate(new_certificate(key.get(), name, 1)) {}
  Key key = new_key();
  Certificate certificate;
};

/// No two have the same name.
Authority::Authority() : keys_(std::make_unique<Keys>(directory_.path().filename())) {
  X509* const own = keys_->certificate.get();
  extend(own, NID_basic_constraints, "critical,CA:TRUE");
  extend(own, NID_key_usage, "critical,keyCertSign");
  ::X509_set_issuer_name(own, ::X509_get_subject_name(own));
  require(::X509_sign(own, keys_->key.get(), ::EVP_sha256()) > 0);
  require(::PEM_write_X509(open(ca()).get(), own) == 1);
}

Authority::~Authority() = default;

std::string Authority::ca() const {
  return (directory_.path() / "ca.pem").string();
}

CertificateFiles Authority::issue(const std::string& name) {
  const std::string stem = (directory_.path() / std::to_string(++issued_)).string();
  CertificateFiles files{stem + "-cert.pem", stem + "-key.pem"};
  const Key key = new_key();
  const Certificate certificate = new_certificate(key.get(), name, issued_ + 1);
  const bool is_address = name.find_first_not_of("0123456789.") == std::string::npos;
  extend(certificate.get(), NID_subject_alt_name, (is_address ? "IP:" : "DNS:") + name);
  ::X509_set_issuer_name(certificate.get(), ::X509_get_subject_name(keys_->certificate.get()));
  require(::X509_sign(certificate.get(), keys_->key.get(), ::EVP_sha256()) > 0);
  require(::PEM_write_X509(open(files.cert).get(), certificate.get()) == 1);
  require(::PEM_write_PrivateKey(open(files.key).get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) ==
          1);
  return files;
}

}  // namespace larder::test
