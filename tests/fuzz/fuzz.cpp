#include "fuzz.hpp"

#include <larder/base/text.hpp>
#include <larder/base/token.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace larder::fuzz {

void require(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "Does not hold: %s\n", property);
  std::abort();
}

std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

unsigned Input::byte() {
  if (rest_.empty()) return 0;
  const auto first = static_cast<unsigned char>(rest_.front());
  rest_.remove_prefix(1);
  return first;
}

std::string_view Input::line() {
  const std::string_view taken = rest_.substr(0, rest_.find('\n'));
  rest_.remove_prefix(std::min(taken.size() + 1, rest_.size()));
  return taken;
}

http::FieldList fields_from(Input& input, std::size_t most_lines) {
  http::FieldList fields;
  while (!input.empty() && most_lines-- > 0) {
    const std::string_view line = input.line();
    const std::size_t colon = std::min(line.find(':'), line.size());
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trim(line.substr(std::min(colon + 1, line.size())));
    if (is_token(name) && http::is_field_value(value)) fields.add(name, value);
  }
  return fields;
}

void require_sound(const http::FieldList& fields) {
  for (const http::Field field : fields) {
    require(is_token(field.name), "a field name is a token");
    require(http::is_field_value(field.value), "a field value holds no control byte");
    require(trim(field.value) == field.value, "a field value is trimmed");
  }
}

}  // namespace larder::fuzz
