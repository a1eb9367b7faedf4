#include <larder/admin/token.hpp>
#include <larder/base/hash.hpp>
#include <larder/base/text.hpp>

#include <openssl/crypto.h>

namespace larder::admin {

Token::Token(std::string_view text) : digest_(text.empty() ? std::string{} : sha256_hex(text)) {}

bool Token::admits(const http::FieldList& fields) const {
  if (!is_set()) return true;
  // RFC 6750, section 2.1; the scheme in any case (RFC 9110, section 11.1).
  constexpr std::string_view scheme = "Bearer ";
  if (fields.count("Authorization") != 1) return false;
  const std::string_view value = *fields.find("Authorization");
  if (!starts_with_ignoring_case(value, scheme)) return false;
  const std::string digest = sha256_hex(trim(value.substr(scheme.size())));
  return CRYPTO_memcmp(digest.data(), digest_.data(), digest_.size()) == 0;
}

}  // namespace larder::admin
