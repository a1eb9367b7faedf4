#include "support/fields.hpp"

#include <larder/base/text.hpp>

namespace larder::test {

Fields Fields::parse(std::string_view head) {
  Fields fields;
  std::size_t at = head.find("\r\n");
  while (at != std::string_view::npos) {
    head.remove_prefix(at + 2);
    at = head.find("\r\n");
    const std::string_view line = head.substr(0, at);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    fields.add(std::string(line.substr(0, colon)), std::string(trim(line.substr(colon + 1))));
  }
  return fields;
}

std::string Fields::get(std::string_view name) const {
  const std::vector<std::string> values = all(name);
  return values.empty() ? "" : values.front();
}

std::vector<std::string> Fields::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [line_name, value] : lines_) {
    if (equal_ignoring_case(line_name, name)) values.push_back(value);
  }
  return values;
}

std::string Fields::text() const {
  std::string text;
  for (const auto& [name, value] : lines_) text += name + ": " + value + "\r\n";
  return text;
}

}  // namespace larder::test
