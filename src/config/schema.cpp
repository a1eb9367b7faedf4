#include "schema.hpp"

#include "emit.hpp"
#include "sections.hpp"

#include <larder/config/schema.hpp>

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace larder::config {
namespace {

constexpr std::string_view a_variable = R"(\$\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\})";

json::object text_schema(std::string_view pattern) {
  return {{"type", "string"}, {"pattern", pattern}};
}

json::object any_of(std::initializer_list<json::object> alternatives) {
  json::array all;
  for (const json::object& one : alternatives) all.emplace_back(one);
  return {{"anyOf", std::move(all)}};
}

/// As YAML's readers have it: a number if the text is one.
json::value json_of(const Node& node) {
  if (node.is_list()) {
    json::array array;
    for (const Node& item : node.items()) array.push_back(json_of(item));
    return array;
  }
  const std::string& text = node.text();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size()) return number;
  return json::value(text);
}

}  // namespace

json::object pattern_schema(std::string_view pattern) {
  return any_of({text_schema(pattern), text_schema(a_variable)});
}

json::object scalar_schema(std::string_view pattern) {
  return either_schema({{"type", json::array{"number", "boolean"}}}, pattern_schema(pattern));
}

json::object any_text_schema() {
  return {{"type", json::array{"string", "number", "boolean"}}};
}

json::object words_schema(std::span<const std::string> words) {
  json::array all;
  for (const std::string& word : words) all.emplace_back(word);
  return any_of({json::object{{"enum", std::move(all)}}, text_schema(a_variable)});
}

json::object switch_schema() {
  return any_of({json::object{{"type", "boolean"}},
                 text_schema("^([Oo][Nn]|[Oo][Ff][Ff]|[Yy][Ee][Ss]|[Nn][Oo])$"), text_schema(a_variable)});
}

json::object number_schema(std::uint64_t least, std::uint64_t most) {
  return any_of({json::object{{"type", "integer"}, {"minimum", least}, {"maximum", most}},
                 text_schema("^[0-9]+$"), text_schema(a_variable)});
}

json::object list_schema(json::object item) {
  return {{"type", "array"}, {"items", std::move(item)}, {"uniqueItems", true}};
}

json::object one_or_list_schema(const json::object& one) {
  json::object list = list_schema(one);
  list["minItems"] = 1;
  return either_schema(one, std::move(list));
}

json::object either_schema(json::object one, json::object other) {
  return any_of({std::move(one), std::move(other)});
}

json::object section_schema(json::object properties, json::array required) {
  json::object schema{
      {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

json::object map_schema(json::object value) {
  return {{"type", "object"}, {"additionalProperties", std::move(value)}};
}

void add_default(json::object& schema, const Node& node) {
  if (!node.is_nothing() && !node.is_map()) schema["default"] = json_of(node);
}

std::string default_text(const Node& node) {
  if (node.is_nothing()) return "none";
  if (node.is_map()) return {};
  return emit_yaml(node);
}

std::string json_schema() {
  json::object schema{{"$schema", "http://json-schema.org/draft-07/schema#"},
                      {"title", "larder's configuration"}};
  for (auto& [name, value] : schema_of(config_keys())) schema[name] = std::move(value);
  schema["patternProperties"] = {{"^x-", json::object()}};
  return json::serialize(schema) + "\n";
}

}  // namespace larder::config
