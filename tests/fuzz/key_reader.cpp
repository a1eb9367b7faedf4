#include "key_reader.hpp"

#include <algorithm>

namespace larder::fuzz {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

/// Removes what comes before `end`, and `end` itself; everything if it is missing.
std::string_view take_until(std::string_view& rest, std::string_view end) {
  const std::string_view taken = rest.substr(0, rest.find(end));
  rest.remove_prefix(std::min(taken.size() + end.size(), rest.size()));
  return taken;
}

std::optional<KeyPart> read_part(std::string_view text) {
  KeyPart part;
  part.kind = take_until(text, ":");
  const bool has_value = text.find('=') != std::string_view::npos;
  const auto name = decoded(take_until(text, "="));
  const auto value = decoded(text);
  if (!name || !value) return std::nullopt;
  part.name = *name;
  if (has_value) part.value = *value;
  return part;
}

}  // namespace

std::optional<KeyContent> read_key(std::string_view text) {
  if (!text.starts_with("GET:")) return std::nullopt;
  text.remove_prefix(4);
  std::string_view uri = take_until(text, "#");
  KeyContent content;
  content.scheme = take_until(uri, "://");
  const std::size_t slash = uri.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view authority = uri.substr(0, slash);
  uri.remove_prefix(slash);
  const std::size_t colon = authority.ends_with(']') ? std::string_view::npos : authority.rfind(':');
  content.host = authority.substr(0, colon);
  if (colon != std::string_view::npos) content.port = authority.substr(colon + 1);
  const bool has_query = uri.find('?') != std::string_view::npos;
  content.path = take_until(uri, "?");
  if (has_query) content.query = std::string(uri);
  while (!text.empty()) {
    const auto part = read_part(take_until(text, "#"));
    if (!part) return std::nullopt;
    content.parts.push_back(*part);
  }
  return content;
}

}  // namespace larder::fuzz
