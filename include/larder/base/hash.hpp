#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace larder {

/// A 64-bit hash for tables in memory (XXH3, seeded at random when the process starts, so that no client
/// can choose keys that collide). Not stable across processes.
std::uint64_t hash_of(std::string_view text);

/// A 64-bit hash of the same value in every process and version (XXH3, seed 0): a checksum, not a defence.
std::uint64_t checksum_of(std::string_view text);

/// SHA-256 as 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view text);

/// SHA-1 in base64, which is what WebSocket's handshake wants (RFC 6455, section 1.3). Not a defence.
std::string sha1_base64(std::string_view text);

/// For std::unordered_map with lookup by view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return hash_of(text); }
};

}  // namespace larder
