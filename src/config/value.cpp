#include "value.hpp"

#include "elsewhere.hpp"
#include "expand.hpp"
#include "suggest.hpp"
#include "yaml_mistakes.hpp"

#include <algorithm>
#include <unordered_map>

namespace larder::config {

std::optional<std::string> Value::text(std::string_view expected) const {
  if (!is_scalar()) {
    mismatch(expected);
    return std::nullopt;
  }
  if (source_->environment() == nullptr) return node_.text();
  Expansion expansion = expand_variables(node_.text(), *source_->environment());
  for (const std::string& problem : expansion.problems) error(problem);
  if (!expansion.problems.empty()) return std::nullopt;
  return std::move(expansion.text);
}

std::vector<Value> Value::items() const {
  if (!is_list()) return {*this};
  std::vector<Value> items;
  for (const Node& item : node_.items()) items.emplace_back(item, where_, *source_);
  return items;
}

std::string Value::inside(std::string_view key) const {
  if (where_.empty()) return std::string(key);
  const std::string_view separator = where_.ends_with('"') ? ": " : ".";
  return where_ + std::string(separator) + std::string(key);
}

Diagnostic& Value::error_at(const Place& place, std::string_view message) const {
  return source_->error(place, located(message));
}

void Value::warning(std::string_view message) const {
  source_->warning(node_.place(), located(message));
}

void Value::mismatch(std::string_view expected) const {
  const std::string found = is_list()     ? "a list"
                            : is_map()    ? "a map"
                            : is_scalar() ? quoted(node_.text())
                                          : "nothing";
  error("expected " + std::string(expected) + ", found " + found + hint_for(expected));
}

std::string Value::hint_for(std::string_view expected) const {
  const bool is_for_map = expected.starts_with("a map");
  const bool is_for_list = expected.starts_with("a list");
  if (is_for_map || is_for_list) {
    if (node_.is_nothing()) return ": what belongs to it is indented further";
    if (is_for_list) return is_map() ? ": each begins with \"- \"" : "";
    const std::string key = key_without_space(node_.text());
    const bool is_port = node_.text().find_first_not_of("0123456789", key.size()) == std::string::npos;
    return key.empty() || is_port ? form_of(where_) : ": a space is missing behind " + quoted(key);
  }
  return is_list() && node_.items().size() == 1 ? ": write it without brackets" : "";
}

void Value::mismatch(std::string_view expected, std::string_view text, std::string_view suggestion) const {
  error("expected " + std::string(expected) + ", found " + quoted(text) + std::string(suggestion));
}

std::string Value::located(std::string_view message) const {
  return where_.empty() ? std::string(message) : where_ + ": " + std::string(message);
}

Map::Map(const Value& value) : value_(value) {
  std::unordered_map<std::string_view, Place> first;
  for (const Node::Entry& entry : value.node().entries()) {
    if (!entry.has_word) {
      value_.error_at(entry.place, "a key must be a single word");
    } else if (const auto [earlier, is_new] = first.try_emplace(entry.key, entry.place); !is_new) {
      value_.error_at(entry.place, "duplicate key " + quoted(entry.key) + ", first " +
                                       value_.source().whereabouts(earlier->second, entry.place));
    } else {
      entries_.push_back(
          {entry.key, entry.place, Value(entry.value, value_.inside(entry.key), value_.source())});
    }
  }
}

const Value* Map::find(std::string_view key) {
  known_.push_back(key);
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
  const std::string known = called_here(value_.where(), key);
  if (!known.empty()) return known;
  const std::string near = did_you_mean(key, std::vector<std::string>(known_.begin(), known_.end()));
  return near.empty() ? belongs_in(value_.where(), key) : near;
}

void Map::refuse_unknown() const {
  for (const Entry& entry : entries_) {
    if (std::ranges::find(known_, entry.key) != known_.end()) continue;
    // A place for what is written once and merged into several routes.
    if (value_.where().empty() && entry.key.starts_with("x-")) continue;
    value_.error_at(entry.place, "unknown key " + quoted(entry.key) + suggestion_for(entry.key));
  }
}

}  // namespace larder::config
