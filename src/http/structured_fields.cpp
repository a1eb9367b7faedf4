#include "structured_reader.hpp"

#include <algorithm>
#include <unordered_map>

namespace larder::http::structured {
namespace {

/// Values under their keys, in the order in which the keys came first.
template <class Value>
class Entries {
 public:
  /// Puts a value under its key: in the place of an earlier one (RFC 9651, sections 3.1.2 and 3.2), or at the
  /// end. Returns whether there was room.
  bool put(std::string key, Value value) {
    if (Value* const earlier = find(key)) {
      *earlier = std::move(value);
      return true;
    }
    if (!positions_.empty()) positions_.emplace(key, entries_.size());
    entries_.emplace_back(std::move(key), std::move(value));
    return entries_.size() <= most_members;
  }
  std::vector<std::pair<std::string, Value>> take() { return std::move(entries_); }

 private:
  /// Few are looked through, more are looked up.
  static constexpr std::size_t few = 16;

  Value* find(const std::string& key) {
    if (entries_.size() < few) {
      const auto same = std::find_if(entries_.begin(), entries_.end(),
                                     [&key](const auto& each) { return each.first == key; });
      return same == entries_.end() ? nullptr : &same->second;
    }
    for (std::size_t i = positions_.size(); i < entries_.size(); ++i)
      positions_.emplace(entries_[i].first, i);
    const auto known = positions_.find(key);
    return known == positions_.end() ? nullptr : &entries_[known->second].second;
  }

  std::vector<std::pair<std::string, Value>> entries_;
  std::unordered_map<std::string, std::size_t> positions_;
};

/// Calls `read_member` for each member of a comma-separated text until the end; returns whether all
/// of them were valid (RFC 9651, sections 4.2.1 and 4.2.2).
template <class ReadMember>
bool read_members(Reader& reader, ReadMember read_member) {
  reader.skip_spaces();
  if (reader.at_end()) return true;
  for (;;) {
    if (!read_member()) return false;
    reader.skip_blanks();
    if (reader.at_end()) return true;
    if (!reader.take(',')) return false;
    reader.skip_blanks();
    if (reader.at_end()) return false;
  }
}

/// What follows a key: "=" and a value, or parameters of `true` (RFC 9651, section 4.2.2).
std::optional<Member> dictionary_value(Reader& reader) {
  if (reader.take('=')) return reader.item_or_inner_list();
  std::optional<Parameters> parameters = reader.parameters();
  if (!parameters) return std::nullopt;
  return Item{true, std::move(*parameters)};
}

}  // namespace

std::optional<Parameters> Reader::parameters() {
  Entries<BareItem> all;
  while (take(';')) {
    skip_spaces();
    std::optional<std::string> name = key();
    if (!name) return std::nullopt;
    std::optional<BareItem> value = take('=') ? bare_item() : BareItem(true);
    if (!value || !all.put(std::move(*name), std::move(*value))) return std::nullopt;
  }
  return all.take();
}

std::optional<Item> Reader::item() {
  std::optional<BareItem> value = bare_item();
  if (!value) return std::nullopt;
  std::optional<Parameters> after = parameters();
  if (!after) return std::nullopt;
  return Item{std::move(*value), std::move(*after)};
}

std::optional<InnerList> Reader::inner_list() {
  if (!take('(')) return std::nullopt;
  InnerList list;
  bool separated = true;
  for (;;) {
    const std::size_t before = rest_.size();
    skip_spaces();
    separated = separated || rest_.size() != before;
    if (take(')')) break;
    if (!separated || list.items.size() == most_members) return std::nullopt;
    std::optional<Item> next = item();
    if (!next) return std::nullopt;
    list.items.push_back(std::move(*next));
    separated = false;
  }
  std::optional<Parameters> after = parameters();
  if (!after) return std::nullopt;
  list.parameters = std::move(*after);
  return list;
}

std::optional<Member> Reader::item_or_inner_list() {
  if (!rest_.starts_with('(')) return item();
  return inner_list();
}

std::optional<Item> parse_item(std::string_view text) {
  Reader reader(text);
  reader.skip_spaces();
  std::optional<Item> item = reader.item();
  reader.skip_spaces();
  return reader.at_end() ? item : std::nullopt;
}

std::optional<List> parse_list(std::string_view text) {
  Reader reader(text);
  List list;
  const bool sound = read_members(reader, [&] {
    std::optional<Member> member = reader.item_or_inner_list();
    if (!member || list.size() == most_members) return false;
    list.push_back(std::move(*member));
    return true;
  });
  if (!sound) return std::nullopt;
  return list;
}

std::optional<Dictionary> parse_dictionary(std::string_view text) {
  Reader reader(text);
  Entries<Member> dictionary;
  const bool sound = read_members(reader, [&] {
    std::optional<std::string> key = reader.key();
    if (!key) return false;
    std::optional<Member> value = dictionary_value(reader);
    return value && dictionary.put(std::move(*key), std::move(*value));
  });
  if (!sound) return std::nullopt;
  return dictionary.take();
}

}  // namespace larder::http::structured
