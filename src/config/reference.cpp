#include "reference.hpp"

#include "sections.hpp"

namespace larder::config {
namespace {

/// `store` of "store.redis.url", `routes` of "routes[].ttl".
std::string_view group_of(std::string_view path) {
  return path.substr(0, path.find_first_of(".["));
}

/// `redis.url` of "store.redis.url"; nothing of "store".
std::string_view inside_of(std::string_view path) {
  const std::size_t dot = path.find('.');
  return dot == path.npos ? std::string_view() : path.substr(dot + 1);
}

std::string_view word_for(Takes takes) {
  return takes == Takes::restart ? "restart" : "";
}

/// A bar would end the cell, an asterisk or bracket begin something.
std::string cell(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (std::string_view("|*[]<>_").find(c) != std::string_view::npos) safe += '\\';
    safe += c;
  }
  return safe;
}

std::string code(std::string_view text) {
  return text.empty() ? std::string() : "`" + std::string(text) + "`";
}

std::string line_of(std::string_view name, const KeyEntry& entry) {
  const std::string value = entry.is_required       ? "required"
                            : entry.value == "none" ? "none"
                                                    : code(entry.value);
  std::string line = "| " + code(name);
  for (const std::string& part : {value, cell(entry.about), std::string(word_for(entry.takes))}) {
    line += " |" + (part.empty() ? "" : " " + part);
  }
  return line + " |\n";
}

constexpr std::string_view table_head = "| Key | Default | | Takes a |\n|---|---|---|---|\n";

}  // namespace

std::vector<KeyEntry> all_keys() {
  std::vector<KeyEntry> keys;
  list_keys(config_keys(), "", Takes::reload, keys);
  return keys;
}

std::string reference() {
  const std::vector<KeyEntry> keys = all_keys();
  std::string text(table_head);
  for (const KeyEntry& entry : keys) {
    if (inside_of(entry.path).empty()) text += line_of(entry.path, entry);
  }
  std::string_view group;
  for (const KeyEntry& entry : keys) {
    const std::string_view inside = inside_of(entry.path);
    if (inside.empty()) continue;
    if (group != group_of(entry.path)) {
      group = group_of(entry.path);
      const std::string_view place =
          std::string_view(entry.path).substr(0, entry.path.size() - inside.size() - 1);
      text += "\n### `" + std::string(place) + "`\n\n" + std::string(table_head);
    }
    text += line_of(inside, entry);
  }
  return text;
}

}  // namespace larder::config
