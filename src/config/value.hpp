#pragma once

#include "source.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace larder::config {

/// A YAML node, what messages call it (`route "/api": ttl`) and where they go. A reader is a function that
/// takes one and returns what it read, or nothing after it has said what is wrong.
class Value {
 public:
  /// `source` outlives the value.
  Value(Node node, std::string where, Source& source)
      : node_(std::move(node)), where_(std::move(where)), source_(&source) {}

  bool is_scalar() const { return node_.is_text(); }
  bool is_list() const { return node_.is_list(); }
  bool is_map() const { return node_.is_map(); }

  const Node& node() const { return node_; }
  const std::string& where() const { return where_; }
  Source& source() const { return *source_; }

  /// The scalar with its variables replaced; `expected` ("a duration") is for the message if it is not a
  /// scalar.
  std::optional<std::string> text(std::string_view expected) const;

  /// The members of a list, or the value itself; each is called as the list is.
  std::vector<Value> items() const;

  /// What a key inside is called.
  std::string inside(std::string_view key) const;

  /// `where: message` at this place.
  Diagnostic& error(std::string_view message) const { return error_at(node_.place(), message); }
  Diagnostic& error_at(const Place& place, std::string_view message) const;
  void warning(std::string_view message) const;

  /// `expected a duration, found a list`, or for a scalar what it became: `found "5", did you mean "5s"?`.
  void mismatch(std::string_view expected) const;
  void mismatch(std::string_view expected, std::string_view text, std::string_view suggestion = {}) const;

 private:
  std::string located(std::string_view message) const;
  std::string hint_for(std::string_view expected) const;

  Node node_;
  std::string where_;
  Source* source_;
};

/// A key of a map and what it holds.
struct Entry {
  std::string key;
  Place place;  ///< of the key
  Value value;
};

/// The keys of a map, once each: repeated keys and keys that are no words are reported when it is made.
class Map {
 public:
  explicit Map(const Value& value);

  const std::vector<Entry>& entries() const { return entries_; }

  /// What the key holds, or nullptr. From now on the key, whose text outlives the map, is a known one.
  const Value* find(std::string_view key);

  /// Reports every key that was not looked for. Call it last.
  void refuse_unknown() const;

 private:
  std::string suggestion_for(const std::string& key) const;

  Value value_;
  std::vector<Entry> entries_;
  std::vector<std::string_view> known_;
};

}  // namespace larder::config
