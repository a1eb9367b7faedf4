#pragma once

#include "emit.hpp"
#include "keys.hpp"

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace larder::config {

/// What routes or upstreams say that do not say otherwise: a section of the same keys, from the same table,
/// except for those that each one has for itself.
template <class Owner>
struct DefaultsOf {
  Table<Owner> table;
  std::string_view one;  ///< "route"

  std::optional<Owner> read(const Value& value) const {
    if (!value.is_map()) {
      value.mismatch("a map of what a " + std::string(one) + " may say");
      return std::nullopt;
    }
    Owner owner;
    Table<Owner> common = common_rows();
    common.check = [this](Map& map, const Value& section, Owner& read) {
      refuse_own(map);
      if (table.check) table.check(map, section, read);
    };
    read_keys(value, common, owner);
    return owner;
  }

  /// What differs from how it would be anyway.
  Node write(const Owner& owner) const {
    const Owner plain;
    Node map = Node::map();
    for (const Row<Owner>& row : common_rows().rows) {
      const Node node = row.member->write(owner);
      const bool is_plain = emit_yaml(node) == emit_yaml(row.member->write(plain));
      if (!node.is_nothing() && !is_plain) map.insert(std::string(row.name), node);
    }
    return map;
  }

  json::object schema() const { return schema_of(common_rows()); }

 private:
  Table<Owner> common_rows() const {
    Table<Owner> common;
    for (const Row<Owner>& row : table.rows) {
      if (!row.is_own) common.rows.push_back(row);
    }
    return common;
  }

  void refuse_own(Map& map) const {
    for (const Row<Owner>& row : table.rows) {
      const Value* const found = row.is_own ? map.find(row.name) : nullptr;
      if (found != nullptr) found->error("each " + std::string(one) + " has its own: it has no default");
    }
  }
};

}  // namespace larder::config
