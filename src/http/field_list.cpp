#include <larder/base/text.hpp>
#include <larder/http/field_list.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace larder::http {

Field FieldList::at(std::size_t position) const {
  const Line& line = lines_[position];
  const std::string_view text = text_;
  return {text.substr(line.name, line.name_size), text.substr(line.value, line.value_size)};
}

void FieldList::add(std::string_view name, std::string_view value) {
  Line line;
  line.name = static_cast<std::uint32_t>(text_.size());
  line.name_size = static_cast<std::uint32_t>(name.size());
  line.value = static_cast<std::uint32_t>(text_.size() + name.size() + 2);
  line.value_size = static_cast<std::uint32_t>(value.size());
  const auto append_to = [&](std::string& text) {
    text.append(name).append(": ").append(value).append("\r\n");
  };
  if (const std::size_t needed = text_.size() + line_size(line); needed > text_.capacity()) {
    std::string grown;
    grown.reserve(std::max(needed, 2 * text_.capacity()));
    grown += text_;
    append_to(grown);
    text_ = std::move(grown);  // not before: name and value may be views into it
  } else {
    append_to(text_);
  }
  lines_.push_back(line);
}

void FieldList::set(std::string_view name, std::string_view value) {
  const std::string kept(value);  // `value` may be a view into this list
  remove(name);
  add(name, kept);
}

std::size_t FieldList::remove(std::string_view name) {
  if (!contains(name)) return 0;
  const std::string kept(name);  // `name` may be a view into this list
  return remove_if([&kept](const Field& field) { return equal_ignoring_case(field.name, kept); });
}

void FieldList::move_line(std::size_t from, std::size_t to, std::size_t offset) {
  const Line line = lines_[from];
  std::memmove(text_.data() + offset, text_.data() + line.name, line_size(line));
  lines_[to] = line;
  lines_[to].name = static_cast<std::uint32_t>(offset);
  lines_[to].value = static_cast<std::uint32_t>(offset + line.name_size + 2);
}

std::size_t FieldList::count(std::string_view name) const {
  return static_cast<std::size_t>(std::count_if(
      begin(), end(), [name](const Field& field) { return equal_ignoring_case(field.name, name); }));
}

std::optional<std::string_view> FieldList::find(std::string_view name) const {
  for (const Field field : *this) {
    if (equal_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::optional<std::string> FieldList::combined(std::string_view name) const {
  std::optional<std::string> all;
  for (const Field field : *this) {
    if (!equal_ignoring_case(field.name, name)) continue;
    if (all) {
      all->append(", ").append(field.value);
    } else {
      all = std::string(field.value);
    }
  }
  return all;
}

void FieldList::clear() {
  text_.clear();
  lines_.clear();
}

void FieldList::reserve(std::size_t lines, std::size_t bytes) {
  lines_.reserve(lines);
  text_.reserve(bytes);
}

bool is_token(std::string_view text) {
  static constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (to_lower(c) >= 'a' && to_lower(c) <= 'z') ||
           marks.find(c) != marks.npos;
  });
}

bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
  });
}

}  // namespace larder::http
