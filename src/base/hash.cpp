#define XXH_INLINE_ALL
#include <larder/base/hash.hpp>
#include <larder/base/text.hpp>

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <xxhash.h>

#include <random>

namespace larder {
namespace {

std::uint64_t random_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

}  // namespace

std::uint64_t hash_of(std::string_view text) {
  static const std::uint64_t seed = random_seed();
  return XXH3_64bits_withSeed(text.data(), text.size(), seed);
}

std::uint64_t checksum_of(std::string_view text) {
  return XXH3_64bits(text.data(), text.size());
}

std::string sha256_hex(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::string hex;
  hex.reserve(digest.size() * 2);
  for (const unsigned char byte : digest) append_hex(hex, byte);
  return hex;
}

std::string sha1_base64(std::string_view text) {
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::array<unsigned char, 4 * ((SHA_DIGEST_LENGTH + 2) / 3) + 1> base64{};
  EVP_EncodeBlock(base64.data(), digest.data(), digest.size());
  return {base64.begin(), base64.end() - 1};
}

}  // namespace larder
