#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace larder::test {

/// The field lines of a message as they were on the wire, for tests to query: slow and simple on purpose, and
/// not larder's own code, which is what the tests examine.
class Fields {
 public:
  using Line = std::pair<std::string, std::string>;

  Fields() = default;
  Fields(std::initializer_list<Line> lines) : lines_(lines) {}

  /// Reads the lines of a head after its first; `head` ends with the empty line.
  static Fields parse(std::string_view head);

  void add(std::string name, std::string value) { lines_.emplace_back(std::move(name), std::move(value)); }

  bool has(std::string_view name) const { return !all(name).empty(); }
  std::string get(std::string_view name) const;  ///< of the first line with that name, or ""
  std::vector<std::string> all(std::string_view name) const;
  const std::vector<Line>& lines() const { return lines_; }

  /// `Name: value` CRLF for each.
  std::string text() const;

 private:
  std::vector<Line> lines_;
};

}  // namespace larder::test
