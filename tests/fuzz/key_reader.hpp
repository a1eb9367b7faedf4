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

/// What policy::Key says a key is made of.
struct KeyContent {
  std::string scheme;
  std::string host;
  std::string port;
  std::string path;
  std::optional<std::string> query;
  std::vector<KeyPart> parts;
};

/// Takes a key apart by its grammar alone; nothing where it has another one.
std::optional<KeyContent> read_key(std::string_view text);

}  // namespace larder::fuzz
