#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace larder::config {

/// Where something stands in the files that were read. Line and column count from 1; 0: in none of them.
struct Place {
  std::size_t file = 0;  ///< its number in the Source
  std::size_t line = 0;
  std::size_t column = 0;
  bool operator==(const Place&) const = default;
};

/// A value as YAML has it, to be read or to be written. Copies share what they hold, as the aliases of an
/// anchor do, so what has been copied is changed no more.
class Node {
 public:
  struct Entry;

  /// Nothing, which `key:` alone holds.
  Node() = default;

  explicit Node(std::string text, Place place = {});
  static Node nothing(Place place);
  static Node list(Place place = {});
  static Node map(Place place = {});

  bool is_nothing() const { return kind() == Kind::nothing; }
  bool is_text() const { return kind() == Kind::text; }
  bool is_list() const { return kind() == Kind::list; }
  bool is_map() const { return kind() == Kind::map; }

  Place place() const;
  const std::string& text() const;            ///< empty if it is none
  const std::vector<Node>& items() const;     ///< of a list
  const std::vector<Entry>& entries() const;  ///< of a map, as they were written: a key may be there twice

  /// The first value of that key; nullptr if there is none.
  const Node* find(std::string_view key) const;

  /// How many nodes it is with all that it holds, each counted as often as it is shown.
  std::size_t weight() const;

  /// Whether it is to be written in one line.
  bool is_flow() const;
  void set_flow();

  /// Adds to a list.
  void push_back(Node item);

  /// Adds to a map.
  void insert(std::string key, Node value);
  void insert(Entry entry);

 private:
  enum class Kind { nothing, text, list, map };
  struct Content;

  Kind kind() const;
  static Node of(Kind kind, Place place);

  std::shared_ptr<Content> content_;
};

struct Node::Entry {
  std::string key;
  Place place;  ///< of the key
  Node value;
  bool has_word = true;  ///< otherwise the key is a list or a map
};

}  // namespace larder::config
