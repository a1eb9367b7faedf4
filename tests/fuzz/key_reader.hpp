#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::fuzz {

/// `#kind:name=value`, or without "=value".
struct KeyPart {
  std::string kind;
  std::string name;
  std::optional<std::string> value;
  bool operator==(const KeyPart&) const = default;
};

/// The parts of a key according to policy::Key.
struct KeyContent {
  std::string scheme;
  std::string host;
  std::string port;
  std::string path;
  std::optional<std::string> query;
  std::vector<KeyPart> parts;
};

/// Decomposes a key by its grammar alone; nothing if it does not follow it.
std::optional<KeyContent> read_key(std::string_view text);

}  // namespace larder::fuzz
