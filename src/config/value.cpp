#include "value.hpp"

#include "expand.hpp"
#include "suggest.hpp"

#include <algorithm>

namespace larder::config {

std::optional<std::string> Value::text(std::string_view expected) const {
  if (!is_scalar()) {
    mismatch(expected);
    return std::nullopt;
  }
  if (source_->environment() == nullptr) return node_.Scalar();
  Expansion expansion = expand_variables(node_.Scalar(), *source_->environment());
  for (const std::string& problem : expansion.problems) error(problem);
  if (!expansion.problems.empty()) return std::nullopt;
  return std::move(expansion.text);
}

std::vector<Value> Value::items() const {
  if (!is_list()) return {*this};
  std::vector<Value> items;
  for (const YAML::Node& item : node_) items.emplace_back(item, where_, *source_);
  return items;
}

std::string Value::inside(std::string_view key) const {
  if (where_.empty()) return std::string(key);
  const std::string_view separator = where_.ends_with('"') ? ": " : ".";
  return where_ + std::string(separator) + std::string(key);
}

Diagnostic& Value::error_at(const YAML::Mark& mark, std::string_view message) const {
  return source_->error(mark, located(message));
}

void Value::warning(std::string_view message) const {
  source_->warning(node_.Mark(), located(message));
}

void Value::mismatch(std::string_view expected) const {
  const std::string found = is_list()     ? "a list"
                            : is_map()    ? "a map"
                            : is_scalar() ? quoted(node_.Scalar())
                                          : "nothing";
  const bool is_section = expected.starts_with("a map") || expected.starts_with("a list");
  std::string hint;
  if (is_section && node_.IsNull()) hint = ": what belongs to it is indented further";
  if (expected.starts_with("a list") && is_map()) hint = ": each begins with \"- \"";
  error("expected " + std::string(expected) + ", found " + found + hint);
}

void Value::mismatch(std::string_view expected, std::string_view text, std::string_view suggestion) const {
  error("expected " + std::string(expected) + ", found " + quoted(text) + std::string(suggestion));
}

std::string Value::located(std::string_view message) const {
  return where_.empty() ? std::string(message) : where_ + ": " + std::string(message);
}

Map::Map(const Value& value) : value_(value) {
  for (const auto& pair : value.node()) add(pair.first, pair.second);
}

void Map::add(const YAML::Node& key, const YAML::Node& node) {
  if (!key.IsScalar()) {
    value_.error_at(key.Mark(), "a key must be a single word");
    return;
  }
  const std::string& word = key.Scalar();
  const auto earlier = std::ranges::find(entries_, word, &Entry::key);
  if (earlier != entries_.end()) {
    value_.error_at(key.Mark(), "duplicate key " + quoted(word) + ", first on line " +
                                    std::to_string(earlier->mark.line + 1));
  } else {
    entries_.push_back({word, key.Mark(), Value(node, value_.inside(word), value_.source())});
  }
}

const Value* Map::find(std::string_view key) {
  known_.emplace_back(key);
  const auto found = std::ranges::find(entries_, key, &Entry::key);
  return found == entries_.end() ? nullptr : &found->value;
}

/// The nearest key here, or where else the key is known.
std::string Map::suggestion_for(const std::string& key) const {
  const std::size_t colon = key.find(':');
  if (colon != key.npos && std::ranges::find(known_, key.substr(0, colon)) != known_.end()) {
    return ": a space is missing, did you mean " +
           quoted(key.substr(0, colon) + ": " + key.substr(colon + 1)) + "?";
  }
  const std::string near = did_you_mean(key, known_);
  return near.empty() ? section_of(key) : near;
}

void Map::refuse_unknown() const {
  for (const Entry& entry : entries_) {
    if (std::ranges::find(known_, entry.key) != known_.end()) continue;
    // A place for what is written once and merged into several routes.
    if (value_.where().empty() && entry.key.starts_with("x-")) continue;
    value_.error_at(entry.mark, "unknown key " + quoted(entry.key) + suggestion_for(entry.key));
  }
}

}  // namespace larder::config
