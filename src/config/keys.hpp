#pragma once

#include "schema.hpp"
#include "value.hpp"

#include <larder/config/update.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The tables of configuration keys. A section has one, a row for each of its keys; all that is done with keys
// is a loop over the rows: reading a file, writing the effective configuration, telling two of them apart at
// a reload, the JSON Schema, and the manual.
//
// A row names a key, a member of the section's struct (whose initializer is the default), and a kind: how
// values of that member's type are read, written and described (kinds.hpp). A kind has
//   std::optional<T> read(const Value&) const        or read(const Value&, const Owner&), by rows before it
//   Node write(const T&) const                 a null node if there is nothing to show
//   json::object schema() const
// and, if there are keys inside, list(path, takes, entries).

namespace larder::config {

/// What it takes for a key that has changed to count while larder runs.
enum class Takes { reload, new_routes, restart };

/// A key as a manual lists it.
struct KeyEntry {
  std::string path;   ///< "store.redis.url"
  std::string value;  ///< the default as YAML, or "none"; empty for a section
  std::string about;
  Takes takes = Takes::reload;
  bool is_required = false;
};

/// What is done with one member of a section.
template <class Owner>
class Member {
 public:
  virtual ~Member() = default;

  /// The member keeps its value if the file's is wrong, which is reported.
  virtual void read(const Value& value, Owner& owner) const = 0;
  virtual Node write(const Owner& owner) const = 0;
  virtual json::object schema() const = 0;

  /// Puts the running value back if the change takes a restart.
  virtual void settle(const Owner& running, Owner& fresh, const std::string& path, Takes takes,
                      Update& update) const = 0;

  /// Adds the default to `entry`, and the entry and those of the keys inside to `entries`.
  virtual void list(KeyEntry entry, std::vector<KeyEntry>& entries) const = 0;
};

template <class Owner>
struct Row {
  std::string_view name;
  std::string_view about;  ///< a sentence or two
  std::shared_ptr<const Member<Owner>> member;
  Takes takes = Takes::reload;
  bool is_required = false;
  bool is_own = false;                       ///< of each owner: there is no default for all of them
  bool (*is_shown)(const Owner&) = nullptr;  ///< in the effective configuration; nullptr: always

  Row takes_restart() const { return with(&Row::takes, Takes::restart); }
  Row takes_new_routes() const { return with(&Row::takes, Takes::new_routes); }
  Row required() const { return with(&Row::is_required, true); }
  Row own() const { return with(&Row::is_own, true); }
  Row shown_if(bool (*condition)(const Owner&)) const { return with(&Row::is_shown, condition); }

 private:
  template <class T>
  Row with(T Row::*part, T value) const {
    Row row = *this;
    row.*part = value;
    return row;
  }
};

template <class Owner>
struct Table {
  std::vector<Row<Owner>> rows;

  /// What the keys of a section that was read mean together.
  std::function<void(Map& map, const Value& section, Owner& owner)> check{};
};

/// Reads a map whose every key has a row; anything but a map is an error.
template <class Owner>
void read_keys(const Value& value, const Table<Owner>& table, Owner& owner) {
  if (!value.is_map()) return value.mismatch("a map");
  Map map(value);
  for (const Row<Owner>& row : table.rows) {
    const Value* const found = map.find(row.name);
    if (found != nullptr) row.member->read(*found, owner);
    if (found == nullptr && row.is_required) value.error(quoted(row.name) + " is missing");
  }
  if (table.check) table.check(map, value, owner);
  map.refuse_unknown();
}

template <class Owner>
Node write_keys(const Table<Owner>& table, const Owner& owner) {
  Node map = Node::map();
  for (const Row<Owner>& row : table.rows) {
    if (row.is_shown != nullptr && !row.is_shown(owner)) continue;
    const Node node = row.member->write(owner);
    if (!node.is_nothing()) map.insert(std::string(row.name), node);
  }
  return map;
}

template <class Owner>
json::object schema_of(const Table<Owner>& table) {
  json::object properties;
  json::array required;
  for (const Row<Owner>& row : table.rows) {
    json::object& property = properties[row.name].emplace_object();
    property = row.member->schema();
    property["description"] = row.about;
    if (row.is_required) required.emplace_back(row.name);
  }
  return section_schema(std::move(properties), std::move(required));
}

template <class Owner>
void settle_keys(const Table<Owner>& table, const Owner& running, Owner& fresh, const std::string& path,
                 Update& update) {
  for (const Row<Owner>& row : table.rows) {
    row.member->settle(running, fresh, path + std::string(row.name), row.takes, update);
  }
}

template <class Owner>
void list_keys(const Table<Owner>& table, const std::string& path, Takes takes,
               std::vector<KeyEntry>& entries) {
  for (const Row<Owner>& row : table.rows) {
    KeyEntry entry{path + std::string(row.name),
                   {},
                   std::string(row.about),
                   std::max(takes, row.takes),
                   row.is_required};
    row.member->list(std::move(entry), entries);
  }
}

/// A section inside another one.
template <class T>
struct Section {
  Table<T> table;
  bool is_flow = false;  ///< written in one line

  std::optional<T> read(const Value& value) const {
    if (!value.is_map()) {
      value.mismatch("a map");
      return std::nullopt;
    }
    T section;
    read_keys(value, table, section);
    return section;
  }

  Node write(const T& section) const {
    Node node = write_keys(table, section);
    if (is_flow) node.set_flow();
    return node;
  }

  json::object schema() const { return schema_of(table); }

  void settle(const T& running, T& fresh, const std::string& path, Update& update) const {
    settle_keys(table, running, fresh, path, update);
  }

  void list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const {
    list_keys(table, path + ".", takes, entries);
  }
};

/// What may be left out and has no default.
template <class Kind>
struct Optional {
  Kind kind;

  auto read(const Value& value) const {
    auto read = kind.read(value);
    return read ? std::optional(std::optional(*std::move(read))) : std::nullopt;
  }

  template <class Owner>
  requires requires(const Kind& of, const Value& value, const Owner& owner) { of.read(value, owner); }
  auto read(const Value& value, const Owner& owner) const {
    auto read = kind.read(value, owner);
    return read ? std::optional(std::optional(*std::move(read))) : std::nullopt;
  }

  template <class T>
  Node write(const std::optional<T>& value) const {
    return value ? kind.write(*value) : Node();
  }

  json::object schema() const { return kind.schema(); }

  void list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const requires
      requires(const Kind& of) {
    of.list(path, takes, entries);
  }
  { kind.list(path, takes, entries); }
};

template <class Owner, class T, class Kind>
class MemberOf final : public Member<Owner> {
 public:
  MemberOf(T Owner::*member, Kind kind) : member_(member), kind_(std::move(kind)) {}

  void read(const Value& value, Owner& owner) const override {
    std::optional<T> result;
    if constexpr (requires { kind_.read(value, std::as_const(owner)); }) {
      result = kind_.read(value, std::as_const(owner));
    } else {
      result = kind_.read(value);
    }
    if (result) owner.*member_ = *std::move(result);
  }

  Node write(const Owner& owner) const override { return kind_.write(owner.*member_); }

  json::object schema() const override {
    json::object schema = kind_.schema();
    add_default(schema, write(Owner{}));
    return schema;
  }

  void settle(const Owner& running, Owner& fresh, const std::string& path, Takes takes,
              Update& update) const override {
    if (fresh.*member_ == running.*member_) return;
    if (takes == Takes::restart) {
      fresh.*member_ = running.*member_;
      update.kept.push_back(path);
    }
    if (takes == Takes::new_routes) update.has_new_routes = true;
    if constexpr (requires { kind_.settle(running.*member_, fresh.*member_, path, update); }) {
      kind_.settle(running.*member_, fresh.*member_, path + ".", update);
    }
  }

  void list(KeyEntry entry, std::vector<KeyEntry>& entries) const override {
    const std::string path = entry.path;
    const Takes takes = entry.takes;
    entry.value = default_text(write(Owner{}));
    entries.push_back(std::move(entry));
    if constexpr (requires { kind_.list(path, takes, entries); }) kind_.list(path, takes, entries);
  }

 private:
  T Owner::*member_;
  Kind kind_;
};

/// Keys of one section that stand together one level deeper.
template <class Owner>
class Group final : public Member<Owner> {
 public:
  explicit Group(Table<Owner> table) : table_(std::move(table)) {}

  void read(const Value& value, Owner& owner) const override { read_keys(value, table_, owner); }

  Node write(const Owner& owner) const override {
    Node node = write_keys(table_, owner);
    node.set_flow();
    return node;
  }

  json::object schema() const override { return schema_of(table_); }

  void settle(const Owner& running, Owner& fresh, const std::string& path, Takes,
              Update& update) const override {
    settle_keys(table_, running, fresh, path + ".", update);
  }

  void list(KeyEntry entry, std::vector<KeyEntry>& entries) const override {
    entries.push_back(entry);
    list_keys(table_, entry.path + ".", entry.takes, entries);
  }

 private:
  Table<Owner> table_;
};

template <class Owner, class T, class Kind>
Row<Owner> key(std::string_view name, T Owner::*member, Kind kind, std::string_view about) {
  return {name, about, std::make_shared<MemberOf<Owner, T, Kind>>(member, std::move(kind))};
}

template <class Owner>
Row<Owner> group(std::string_view name, Table<Owner> table, std::string_view about) {
  return {name, about, std::make_shared<Group<Owner>>(std::move(table))};
}

}  // namespace larder::config
