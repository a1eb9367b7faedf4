#include <larder/base/byte_set.hpp>
#include <larder/base/text.hpp>
#include <larder/http/field_list.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace larder::http {

FieldList FieldList::of_wire(std::string_view lines) {
  FieldList list;
  list.text_ = lines;
  list.lines_.reserve(static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n')));
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = lines.find('\r', begin);
    const std::string_view name = lines.substr(begin, lines.find(':', begin) - begin);
    list.index_line(begin, name, end - begin - name.size() - 2);
    begin = end + 2;
  }
  return list;
}

void FieldList::add(FieldName name, std::string_view value) {
  const std::size_t begin = text_.size();
  const auto append_to = [&](std::string& text) {
    text.append(name.text()).append(": ").append(value).append("\r\n");
  };
  const std::size_t needed = begin + name.text().size() + value.size() + 4;
  if (needed > text_.capacity()) {
    std::string grown;
    grown.reserve(std::max(needed, 2 * text_.capacity()));
    grown += text_;
    append_to(grown);
    text_ = std::move(grown);  // not before: name and value may be views into it
  } else {
    append_to(text_);
  }
  index_line(begin, name, value.size());
}

void FieldList::add(const Field& field) {
  const char* const line = field.name.text().data();
  const std::size_t size = field.name.text().size() + field.value.size() + 4;
  add_line({line, size}, field.name);
}

void FieldList::add_line(std::string_view line, FieldName name) {
  const std::size_t begin = text_.size();
  text_.append(line);
  index_line(begin, name, line.size() - name.text().size() - 4);
}

void FieldList::index_line(std::size_t begin, const FieldName& name, std::size_t value_size) {
  Line& line = lines_.emplace_back();
  line.begin = static_cast<std::uint32_t>(begin);
  line.name_size = static_cast<std::uint32_t>(name.text().size()) & 0xFF'FFFF;
  line.number = name.number();
  line.value_size = static_cast<std::uint32_t>(value_size);
  names_ |= std::uint64_t{1} << name.number();
}

void FieldList::count_names() {
  names_ = 0;
  for (const Line& line : lines_) names_ |= std::uint64_t{1} << line.number;
}

void FieldList::set(FieldName name, std::string_view value) {
  if (!contains(name)) return add(name, value);
  const std::string kept_name(name.text());  // both may be views into this list
  const std::string kept(value);
  remove(name);
  add(kept_name, kept);
}

std::size_t FieldList::remove(FieldName name) {
  if (!contains(name)) return 0;
  const std::string kept(name.text());  // it may be a view into this list
  const FieldName unwanted(kept, name.number());
  return remove_if([&unwanted](const Field& field) { return field.name == unwanted; });
}

void FieldList::move_line(std::size_t from, std::size_t to, std::size_t offset) {
  const Line line = lines_[from];
  std::memmove(text_.data() + offset, text_.data() + line.begin, line_size(line));
  lines_[to] = line;
  lines_[to].begin = static_cast<std::uint32_t>(offset);
}

std::size_t FieldList::count(FieldName name) const {
  if (!may_contain(name)) return 0;
  return static_cast<std::size_t>(
      std::count_if(lines_.begin(), lines_.end(), [&](const Line& line) { return name_of(line) == name; }));
}

std::optional<std::string_view> FieldList::find(FieldName name) const {
  if (!may_contain(name)) return std::nullopt;
  for (const Line& line : lines_) {
    if (name_of(line) == name) return value_of(line);
  }
  return std::nullopt;
}

std::optional<std::string> FieldList::combined(FieldName name) const {
  std::optional<std::string> all;
  if (!may_contain(name)) return all;
  for (const Line& line : lines_) {
    if (name_of(line) != name) continue;
    if (all) {
      all->append(", ").append(value_of(line));
    } else {
      all = std::string(value_of(line));
    }
  }
  return all;
}

void FieldList::clear() {
  text_.clear();
  lines_.clear();
  names_ = 0;
}

void FieldList::reserve(std::size_t lines, std::size_t bytes) {
  lines_.reserve(lines);
  text_.reserve(bytes);
}

bool is_field_value(std::string_view text) {
  static constexpr ByteSet allowed(
      [](unsigned char byte) { return byte == '\t' || (byte >= 0x20 && byte != 0x7F); });
  return allowed.holds_all(text);
}

}  // namespace larder::http
