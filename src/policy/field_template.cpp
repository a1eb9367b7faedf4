#include "name_patterns.hpp"

#include <larder/base/text.hpp>
#include <larder/http/field_list.hpp>
#include <larder/policy/field_template.hpp>

#include <algorithm>

namespace larder::policy {
namespace {

// The name in braces at the start of a text; empty if they hold none.
std::string_view name_in_braces(std::string_view text) {
  constexpr std::string_view not_in_names = "{}\"' ,:;=";
  const std::size_t end = text.find_first_of(not_in_names, 1);
  return end == text.npos || text[end] != '}' ? std::string_view() : text.substr(1, end - 1);
}

// Calls with what stands as it is and with each name in braces, in their order.
template <class Literal, class Named>
void walk(std::string_view text, Literal literal, Named named) {
  while (!text.empty()) {
    const std::size_t brace = std::min(text.find('{'), text.size());
    literal(text.substr(0, brace));
    text.remove_prefix(brace);
    if (text.empty()) return;
    const std::string_view name = name_in_braces(text);
    if (name.empty()) {
      literal(text.substr(0, 1));
      text.remove_prefix(1);
    } else {
      named(name);
      text.remove_prefix(name.size() + 2);
    }
  }
}

std::string_view value_of(std::string_view name, const TemplateValues& values) {
  if (values.captures != nullptr) {
    const auto captured = std::ranges::find(*values.captures, name, &Captures::value_type::first);
    if (captured != values.captures->end()) return captured->second;
  }
  if (name == host_placeholder) return values.host;
  if (name == scheme_placeholder) return values.scheme;
  if (name == client_placeholder) return values.client;
  return {};
}

char spelled(char c) {
  return c == '_' || c == '.' ? '-' : to_lower(c);
}

}  // namespace

std::vector<std::string_view> placeholders_of(std::string_view text) {
  std::vector<std::string_view> names;
  walk(
      text, [](std::string_view) {}, [&names](std::string_view name) { names.push_back(name); });
  return names;
}

std::optional<std::string> expand_field(std::string_view text, const TemplateValues& values) {
  std::string value;
  walk(
      text, [&value](std::string_view literal) { value.append(literal); },
      [&](std::string_view name) { value.append(value_of(name, values)); });
  const std::string_view trimmed = trim(value);
  if (trimmed.empty() || !http::is_field_value(trimmed)) return std::nullopt;
  return std::string(trimmed);
}

bool is_spelling_of(std::string_view name, std::string_view listed) {
  return std::ranges::equal(name, listed, [](char a, char b) { return spelled(a) == spelled(b); });
}

bool is_field_named(std::string_view name, std::string_view pattern) {
  if (pattern.find('*') == pattern.npos) return is_spelling_of(name, pattern);
  return glob_matches_field(pattern, name);
}

}  // namespace larder::policy
