#include "structured_reader.hpp"

#include <algorithm>

namespace larder::http::structured {
namespace {

/// Puts a value under its key: in the place of an earlier one (RFC 9651, sections 3.1.2 and 3.2), or at the
/// end. Whether there was room.
template <class Value>
bool put(std::vector<std::pair<std::string, Value>>& entries, std::string key, Value value) {
  const auto same =
      std::find_if(entries.begin(), entries.end(), [&key](const auto& each) { return each.first == key; });
  if (same != entries.end()) {
    same->second = std::move(value);
    return true;
  }
  entries.emplace_back(std::move(key), std::move(value));
  return entries.size() <= most_members;
}

/// Calls `read_member` for each member of a comma-separated text until the end; whether there were no others
/// than sound ones (RFC 9651, sections 4.2.1 and 4.2.2).
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
  Parameters all;
  while (take(';')) {
    skip_spaces();
    std::optional<std::string> name = key();
    if (!name) return std::nullopt;
    std::optional<BareItem> value = take('=') ? bare_item() : BareItem(true);
    if (!value || !put(all, std::move(*name), std::move(*value))) return std::nullopt;
  }
  return all;
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
  Dictionary dictionary;
  const bool sound = read_members(reader, [&] {
    std::optional<std::string> key = reader.key();
    if (!key) return false;
    std::optional<Member> value = dictionary_value(reader);
    return value && put(dictionary, std::move(*key), std::move(*value));
  });
  if (!sound) return std::nullopt;
  return dictionary;
}

}  // namespace larder::http::structured
