// What a route looks at in a request besides host, path and method.
#include "notation.hpp"
#include "route_kinds.hpp"
#include "units_meant.hpp"

#include <larder/base/text.hpp>
#include <larder/policy/warming_fields.hpp>

#include <algorithm>

namespace larder::config {
namespace {

using policy::Condition;
using policy::WhenRule;

using Check = bool (*)(const Value& item, const std::string& text);

/// Names, each with a value, a glob or a list of those.
struct Conditions {
  std::string_view called;  ///< "headers"
  Check check_name;
  Check check_value;

  std::optional<std::vector<Condition>> read(const Value& value) const;
  Node write(const std::vector<Condition>& conditions) const;

  json::object schema() const {
    json::object map = map_schema(one_or_list_schema(any_text_schema()));
    map["minProperties"] = 1;
    return map;
  }

 private:
  void refuse_no_map(const Value& value) const;
  std::vector<std::string> values_of(const Value& value) const;
};

/// Names alone stand for a request that has them.
void Conditions::refuse_no_map(const Value& value) const {
  const std::string expected = "a map of " + std::string(called) + " and their values";
  const std::string_view only = only_item(value);
  const std::string name(value.is_scalar() ? std::string_view(value.node().text()) : only);
  if (name.empty() || is_none_word(name)) return value.mismatch(expected);
  value.error("expected " + expected + ", found " + (value.is_scalar() ? quoted(name) : "a list") +
              ", did you mean {" + name + ": \"*\"}?");
}

std::vector<std::string> Conditions::values_of(const Value& value) const {
  std::vector<std::string> texts;
  std::vector<Value> items;
  for (const Value& item : value.items()) {
    const std::optional<std::string> text = item.text("a value, a glob, or a list of them");
    if (!text || !check_value(item, *text)) continue;
    texts.push_back(*text);
    items.push_back(item);
  }
  refuse_repeated(items, texts);
  if (value.is_list() && value.items().empty()) value.error("must not be empty");
  return texts;
}

std::optional<std::vector<Condition>> Conditions::read(const Value& value) const {
  if (!value.is_map()) {
    refuse_no_map(value);
    return std::nullopt;
  }
  std::vector<Condition> conditions;
  const Map map(value);
  for (const Entry& entry : map.entries()) {
    const Value name(Node(entry.key, entry.place), value.where(), value.source());
    if (!check_name(name, entry.key)) continue;
    conditions.push_back({entry.key, values_of(entry.value)});
  }
  if (map.entries().empty()) value.error("must not be empty");
  return conditions;
}

Node Conditions::write(const std::vector<Condition>& conditions) const {
  if (conditions.empty()) return {};
  Node map = Node::map();
  map.set_flow();
  for (const Condition& one : conditions) map.insert(one.name, one_or_list(one.values));
  return map;
}

/// Marks of a regular expression that a value hardly begins or ends with.
bool check_value_notation(const Value& item, const std::string& text) {
  const bool is_expression = text.starts_with('^') || text.starts_with(".*") || text.ends_with(".*$");
  return !is_expression || check_glob_notation(item, text);
}

bool check_no_control_byte(const Value& item, const std::string& text) {
  if (!has_control_byte(text)) return true;
  item.error("holds a control byte: no request has such a value");
  return false;
}

/// Of a header or a cookie.
bool check_trimmed(const Value& item, const std::string& text) {
  if (trim(text) == text) return true;
  item.error(quoted(text) + " begins or ends with a space, as no value does once it is read");
  return false;
}

bool check_header_value(const Value& item, const std::string& text) {
  return check_no_control_byte(item, text) && check_trimmed(item, text) && check_value_notation(item, text);
}

bool check_cookie_value(const Value& item, const std::string& text) {
  if (text.find(';') == text.npos) return check_header_value(item, text);
  item.error(quoted(text) + " has a \";\", at which cookies end");
  return false;
}

/// Requests are compared decoded.
bool check_decoded(const Value& item, const std::string& text) {
  const std::string decoded = policy::decoded_parameter(text);
  if (decoded == text) return true;
  item.error(quoted(text) + " is percent-encoded, and is compared with what it stands for" +
             (has_control_byte(decoded) ? "" : ", did you mean " + quoted(decoded) + "?"));
  return false;
}

bool check_parameter_value(const Value& item, const std::string& text) {
  return check_no_control_byte(item, text) && check_decoded(item, text) && check_value_notation(item, text);
}

bool check_parameter_name(const Value& item, const std::string& text) {
  return check_decoded(item, text) && check_parameter(item, text);
}

bool check_field_name(const Value& item, const std::string& text) {
  if (!check_token(item, text)) return false;
  if (!check_no_glob(item, text, "header fields are named one by one, as in Vary")) return false;
  const std::optional<std::string_view> mistake = policy::when_field_mistake(text);
  if (mistake) item.error(quoted(text) + " cannot choose a route: it " + std::string(*mistake));
  return !mistake;
}

Section<WhenRule> when_section() {
  Table<WhenRule> table{{
      key("headers", &WhenRule::headers, Conditions{"headers", check_field_name, check_header_value},
          "Header fields and their values, as {X-Version: \"2\"}. Clients are told of them by Vary.")
          .shown_if([](const WhenRule& rule) { return !rule.headers.empty(); }),
      key("query", &WhenRule::query, Conditions{"parameters", check_parameter_name, check_parameter_value},
          "Parameters and their values, as {preview: \"*\"}. They are part of the key, whatever query says.")
          .shown_if([](const WhenRule& rule) { return !rule.query.empty(); }),
      key("cookies", &WhenRule::cookies, Conditions{"cookies", check_cookie, check_cookie_value},
          "Cookies and their values, as {beta: \"*\"}. Clients are told of it by Vary: Cookie.")
          .shown_if([](const WhenRule& rule) { return !rule.cookies.empty(); }),
  }};
  table.check = [](Map& map, const Value& section, WhenRule&) {
    if (map.entries().empty()) section.error("must not be empty: headers, query or cookies");
  };
  return {std::move(table), true};
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all.append(all.empty() ? "" : ", ").append(text);
  return all;
}

}  // namespace

std::optional<WhenRule> When::read(const Value& value) const {
  return when_section().read(value);
}

Node When::write(const WhenRule& rule) const {
  return rule.empty() ? Node() : when_section().write(rule);
}

json::object When::schema() const {
  json::object schema = when_section().schema();
  schema["minProperties"] = 1;
  return schema;
}

void When::list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const {
  when_section().list(path, takes, entries);
}

void check_when(Map& map, const policy::Route& route) {
  if (!route.when.looks_at_fields() || map.find("name") != nullptr) return;
  map.find("when")->error("with headers or cookies the route needs a name, which is part of the key");
}

void check_when_of_warm(const Value& warm, const Value* headers, const policy::WarmRule& rule,
                        const policy::Route& route) {
  WhenRule asked = route.when;
  asked.query.clear();
  const std::vector<std::string> missing = policy::unmet(asked, {"GET", policy::warming_fields(rule)}, {});
  if (missing.empty()) return;
  (headers != nullptr ? *headers : warm)
      .error("the route takes requests with " + joined(missing) +
             (headers != nullptr ? " alone, which is not among these"
                                 : " alone: they are to be sent, by headers"));
}

}  // namespace larder::config
