// What of a request is part of a route's key: query, cookies, fields.
#include "notation.hpp"
#include "route_kinds.hpp"
#include "units_meant.hpp"

#include <larder/base/text.hpp>
#include <larder/base/token.hpp>

#include <algorithm>
#include <unordered_set>

namespace larder::config {
namespace {

using Names = std::vector<std::string>;

/// What is keyed must be known beforehand: fields that a glob would name are as many as clients can think of.
bool check_keyed_field(const Value& item, const std::string& text) {
  return check_token(item, text) && check_glob_notation(item, text) &&
         check_no_glob(item, text, "fields for the key are named one by one");
}

/// A query rule as its keys have it.
struct QueryKeys {
  std::optional<Names> ignore;
  std::optional<Names> only;
  bool sorted = policy::QueryRule{}.sorted;
  bool forward_all = policy::QueryRule{}.forward_all;
};

Section<QueryKeys> query_section() {
  const Optional<Texts> parameters{{"a list of query parameters", check_parameter}};
  Table<QueryKeys> table{{
      key("ignore", &QueryKeys::ignore, parameters, "Names and globs that are not part of the key."),
      key("only", &QueryKeys::only, parameters, "Names and globs that alone are."),
      key("sorted", &QueryKeys::sorted, a_switch, "The order of parameters is not part of the key."),
      key("forward", &QueryKeys::forward_all, Choices<bool>{{{"keyed", false}, {"all", true}}},
          "What is sent on: what is keyed, or all."),
  }};
  table.check = [](Map&, const Value& section, QueryKeys& keys) {
    if (keys.ignore && keys.only) section.error("\"ignore\" and \"only\" exclude each other");
  };
  return {std::move(table), true};
}

Section<policy::CookieRule> cookie_section() {
  using policy::CookieRule;
  const Texts names{"a list of cookies", check_cookie, false};
  Table<CookieRule> table{{
      key("key", &CookieRule::key, names, "Names and globs that are part of the key.")
          .shown_if([](const CookieRule& rule) { return !rule.key.empty(); }),
      key("ignore", &CookieRule::ignore, names, "Names and globs that are not sent.")
          .shown_if([](const CookieRule& rule) { return !rule.ignore.empty(); }),
  }};
  table.check = [](Map& map, const Value& section, CookieRule& rule) {
    if (map.entries().empty()) section.error("must not be empty: key, ignore, or both");
    const std::unordered_set<std::string_view> ignored(rule.ignore.begin(), rule.ignore.end());
    for (const std::string& name : rule.key) {
      if (!ignored.contains(name)) continue;
      section.error(quoted(name) + " cannot be both part of the key and ignored");
    }
  };
  return {std::move(table), true};
}

/// Globs over request fields, but for one that takes every request.
bool check_bypass_field(const Value& item, const std::string& text) {
  if (!check_token(item, text) || !check_glob_notation(item, text)) return false;
  if (text.find_first_not_of('*') != text.npos && !equal_ignoring_case(text, "Host")) return true;
  item.error(quoted(text) + " is in every request: to pass them all say \"cache: off\"");
  return false;
}

Section<policy::BypassRule> bypass_section() {
  using policy::BypassRule;
  Table<BypassRule> table{{
      key("cookies", &BypassRule::cookies, Texts{"a list of cookies", check_cookie, false},
          "Names and globs, as wordpress_logged_in_*.")
          .shown_if([](const BypassRule& rule) { return !rule.cookies.empty(); }),
      key("headers", &BypassRule::headers, Texts{"a list of header names", check_bypass_field, false},
          "Names and globs of request header fields.")
          .shown_if([](const BypassRule& rule) { return !rule.headers.empty(); }),
      key("query", &BypassRule::query, Texts{"a list of query parameters", check_parameter, false},
          "Names and globs of query parameters.")
          .shown_if([](const BypassRule& rule) { return !rule.query.empty(); }),
  }};
  table.check = [](Map& map, const Value& section, BypassRule&) {
    if (map.entries().empty()) section.error("must not be empty: cookies, headers or query");
  };
  return {std::move(table), true};
}

/// What was meant by a word that is not a cookie's name, nor what can stand for all of them: `[refuse]`,
/// `none`. Empty if it is something else.
std::string hint_for_word(const Value& value) {
  const std::string_view only = only_item(value);
  const std::string_view word = value.is_list() ? only : std::string_view(value.node().text());
  if (is_none_word(word)) {
    return quoted(word) +
           " is not clear: say ignore (no cookie is sent) or refuse (the response to a request with one is "
           "not "
           "shared)";
  }
  const auto in_brackets = [only] {
    return quoted(only) + " in brackets is the name of a cookie, did you mean ";
  };
  if (only == "refuse" || only == "ignore") return in_brackets() + "\"cookies: " + std::string(only) + "\"?";
  if (only == "all" || only == "any") return in_brackets() + "[\"*\"]?";
  return {};
}

}  // namespace

bool check_parameter(const Value& item, const std::string& text) {
  if (!text.empty() && !has_control_byte(text) && text.find_first_of("&=# ") == std::string::npos) {
    return check_glob_notation(item, text);
  }
  item.mismatch("the name of a query parameter", text);
  return false;
}

bool check_token(const Value& item, const std::string& text) {
  if (is_token(text)) return true;
  item.mismatch("a name without spaces and marks", text);
  return false;
}

bool check_cookie(const Value& item, const std::string& text) {
  return check_token(item, text) && check_glob_notation(item, text);
}

std::optional<policy::QueryRule> Query::read(const Value& value) const {
  using Mode = policy::QueryRule::Mode;
  std::optional<QueryKeys> keys = query_section().read(value);
  if (!keys) return std::nullopt;
  policy::QueryRule rule;
  if (keys->ignore) rule.mode = Mode::ignore;
  if (keys->only) rule.mode = Mode::only;
  if (rule.mode != Mode::as_received)
    rule.names = *std::move(rule.mode == Mode::only ? keys->only : keys->ignore);
  rule.sorted = keys->sorted;
  rule.forward_all = keys->forward_all;
  return rule;
}

Node Query::write(const policy::QueryRule& rule) const {
  using Mode = policy::QueryRule::Mode;
  QueryKeys keys;
  if (rule.mode == Mode::ignore) keys.ignore = rule.names;
  if (rule.mode == Mode::only) keys.only = rule.names;
  keys.sorted = rule.sorted;
  keys.forward_all = rule.forward_all;
  return query_section().write(keys);
}

json::object Query::schema() const {
  json::object schema = query_section().schema();
  schema["not"] = {{"required", {"ignore", "only"}}};
  return schema;
}

void Query::list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const {
  query_section().list(path, takes, entries);
}

std::optional<policy::CookieRule> Cookies::read(const Value& value) const {
  using policy::CookieRule;
  const Section<CookieRule> section = cookie_section();
  if (const std::string hint = hint_for_word(value); !hint.empty()) {
    value.error(hint);
    return std::nullopt;
  }
  if (value.is_list()) {
    const Texts names{"a list of cookies", check_cookie, false};
    return CookieRule::keep_only(names.read(value).value_or(Names{}));
  }
  if (value.is_map()) return section.read(value);
  if (!value.is_scalar()) {
    value.mismatch("ignore, refuse, a list of cookie names, or a map of key and ignore");
    return std::nullopt;
  }
  const auto ignore = Choices<bool>{{{"ignore", true}, {"refuse", false}}}.read(value);
  if (!ignore) return std::nullopt;
  return *ignore ? CookieRule::ignore_all() : CookieRule{};
}

Node Cookies::write(const policy::CookieRule& rule) const {
  using policy::CookieRule;
  if (rule == CookieRule{}) return text_node("refuse");
  if (rule == CookieRule::ignore_all()) return text_node("ignore");
  if (rule == CookieRule::keep_only(rule.key)) return list_node(rule.key);
  return cookie_section().write(rule);
}

json::object Cookies::schema() const {
  json::object map = cookie_section().schema();
  map["minProperties"] = 1;
  json::object list = list_schema(any_text_schema());
  list["minItems"] = 1;
  return either_schema(words_schema(Names{"refuse", "ignore"}),
                       either_schema(std::move(list), std::move(map)));
}

void Cookies::list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const {
  cookie_section().list(path, takes, entries);
}

std::optional<policy::BypassRule> Bypass::read(const Value& value) const {
  if (value.is_map()) return bypass_section().read(value);
  if (value.is_scalar() && value.node().text() == "none") return policy::BypassRule();
  value.mismatch(value.is_list() ? "a map of cookies, headers and query"
                                 : "none or a map of cookies, headers and query");
  return std::nullopt;
}

Node Bypass::write(const policy::BypassRule& rule) const {
  return rule == policy::BypassRule() ? text_node("none") : bypass_section().write(rule);
}

json::object Bypass::schema() const {
  json::object map = bypass_section().schema();
  map["minProperties"] = 1;
  return either_schema(words_schema(Names{"none"}), std::move(map));
}

void Bypass::list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const {
  bypass_section().list(path, takes, entries);
}

Texts field_names() {
  return {"a list of header names", check_keyed_field};
}

}  // namespace larder::config
