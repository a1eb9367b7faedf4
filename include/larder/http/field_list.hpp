#pragma once

#include <larder/http/field_name.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::http {

/// One field line (RFC 9110, section 5.2).
struct Field {
  FieldName name;
  std::string_view value;
};

/// Field lines in the order they came: wire text (`Name: value CRLF` each) plus an index into it. What one
/// parser read is what another writer sends, without being built again. Views it hands out live until it is
/// changed.
class FieldList {
  struct Line;

 public:
  class Iterator {
   public:
    using value_type = Field;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    Field operator*() const { return list_->at(position_); }
    Iterator& operator++() {
      ++position_;
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++position_;
      return before;
    }
    bool operator==(const Iterator& other) const { return position_ == other.position_; }

   private:
    friend class FieldList;
    Iterator(const FieldList* list, std::size_t position) : list_(list), position_(position) {}
    const FieldList* list_ = nullptr;
    std::size_t position_ = 0;
  };

  /// The list whose wire() that is.
  static FieldList of_wire(std::string_view lines);

  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, lines_.size()}; }
  std::size_t size() const { return lines_.size(); }
  bool empty() const { return lines_.empty(); }
  Field at(std::size_t position) const {
    const Line& line = lines_[position];
    return {name_of(line), value_of(line)};
  }

  /// Appends a field line. The caller vouches that name and value hold no CR, LF or NUL (see
  /// is_field_value()). They may be views into this list.
  void add(FieldName name, std::string_view value);

  /// Appends a line as it stands in a list, of which `field` is one: this list or another.
  void add(const Field& field);

  /// Appends `Name: value CRLF`.
  void add_line(std::string_view line, FieldName name);

  /// The same as add(), its value appended to a string by `write(std::string&)`: built in its place.
  template <class Write>
  void add_written(FieldName name, Write write) {
    const std::size_t begin = text_.size();
    text_.append(name.text()).append(": ");
    const std::size_t value = text_.size();
    write(text_);
    const std::size_t value_size = text_.size() - value;
    text_.append("\r\n");
    index_line(begin, name, value_size);
  }

  /// Leaves one line of that name, in place of all there were.
  void set(FieldName name, std::string_view value);

  /// Removes every line of that name; returns how many there were.
  std::size_t remove(FieldName name);

  /// Removes every line for which `unwanted(Field)` holds; returns how many there were. The predicate must
  /// not keep or compare with views into this list: the text moves while it is asked.
  template <class Predicate>
  std::size_t remove_if(Predicate unwanted) {
    std::size_t kept = 0;
    std::size_t kept_bytes = 0;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (unwanted(at(i))) continue;
      if (kept != i) move_line(i, kept, kept_bytes);
      kept_bytes += line_size(lines_[kept]);
      ++kept;
    }
    const std::size_t removed = lines_.size() - kept;
    lines_.resize(kept);
    text_.resize(kept_bytes);
    if (removed != 0) count_names();
    return removed;
  }

  bool contains(FieldName name) const { return may_contain(name) && find(name).has_value(); }
  std::size_t count(FieldName name) const;

  /// The value of the first line of that name.
  std::optional<std::string_view> find(FieldName name) const;

  /// The values of all lines of that name joined by ", " (RFC 9110, section 5.3); nothing if there is no
  /// such line.
  std::optional<std::string> combined(FieldName name) const;

  /// Every line as it goes on the wire, each ended by CRLF; without the empty line that ends a head.
  std::string_view wire() const { return text_; }

  /// Field lists are equal when their wire texts are.
  bool operator==(const FieldList& other) const { return text_ == other.text_; }

  void clear();
  void reserve(std::size_t lines, std::size_t bytes);

 private:
  struct Line {
    std::uint32_t begin = 0;  // in text_
    std::uint32_t name_size : 24 = 0;
    std::uint32_t number : 8 = 0;  // of a well-known name
    std::uint32_t value_size = 0;
  };

  // "Name: value CRLF"
  static std::size_t line_size(const Line& line) { return line.name_size + line.value_size + std::size_t{4}; }

  FieldName name_of(const Line& line) const {
    return {std::string_view(text_.data() + line.begin, line.name_size),
            static_cast<std::uint8_t>(line.number)};
  }
  std::string_view value_of(const Line& line) const {
    return {text_.data() + line.begin + line.name_size + 2, line.value_size};
  }
  /// No false "no".
  bool may_contain(const FieldName& name) const { return (names_ >> name.number() & 1) != 0; }

  /// Puts the line that was written at the end of the text into the index.
  void index_line(std::size_t begin, const FieldName& name, std::size_t value_size);

  void count_names();

  /// Moves a line towards the front, over lines that are gone.
  void move_line(std::size_t from, std::size_t to, std::size_t offset);

  std::string text_;  // the lines, one after the other, without gaps
  std::vector<Line> lines_;
  std::uint64_t names_ = 0;  // a bit for each number that some line has
};
static_assert(well_known_names.size() <= 64);

/// Whether `text` can be a field value: no control byte except HTAB (RFC 9110, section 5.5).
bool is_field_value(std::string_view text);

}  // namespace larder::http
