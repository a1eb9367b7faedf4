// What shared requests are sent with in place of fields that responses vary by.
#include "notation.hpp"
#include "route_checks.hpp"
#include "route_kinds.hpp"
#include "suggest.hpp"

#include <larder/base/text.hpp>
#include <larder/base/token.hpp>
#include <larder/http/field_list.hpp>
#include <larder/policy/credentials.hpp>
#include <larder/policy/request_rule.hpp>

#include <algorithm>

namespace larder::config {
namespace {

using policy::VaryRule;
using Names = std::vector<std::string>;

constexpr std::string_view expected_rule = "ignore or a list of values";

bool is_letter_or_digit(char c) {
  const char lower = to_lower(c);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9');
}

/// RFC 5646, section 2.1: subtags of up to eight letters and digits, of which the last is more than a
/// singleton.
bool is_language_tag(std::string_view text) {
  constexpr std::size_t longest_subtag = 8;
  std::size_t size = 0;
  for (const char c : text) {
    if (c == '-' && size == 0) return false;
    if (c != '-' && (!is_letter_or_digit(c) || size == longest_subtag)) return false;
    size = c == '-' ? 0 : size + 1;
  }
  return size > 1;
}

std::string tag_meant(std::string text) {
  std::ranges::replace(text, '_', '-');
  text = text.substr(0, text.find_first_of(".;"));
  return is_language_tag(text) ? ", did you mean " + quoted(text) + "?" : std::string();
}

bool check_language(const Value& item, const std::string& text) {
  if (is_language_tag(text)) return true;
  if (text == "*") {
    item.error("\"*\" is no language: who asks for none of the list gets its first one");
  } else {
    item.mismatch("a language such as \"de\" or \"de-CH\"", text, tag_meant(text));
  }
  return false;
}

bool check_value(const Value& item, const std::string& text) {
  if (!text.empty() && trim(text) == text && http::is_field_value(text)) return true;
  item.mismatch("a value without control bytes", text);
  return false;
}

/// Whether a field can have a rule at all; reported if not.
bool check_name(const Entry& entry) {
  const std::string& name = entry.key;
  const Value& value = entry.value;
  if (!is_token(name)) {
    value.error_at(entry.place, "expected a header name, found " + quoted(name));
  } else if (name.find('*') != name.npos) {
    value.error_at(entry.place,
                   quoted(name) + " would be taken literally, its * too: fields are named one by one");
  } else if (equal_ignoring_case(name, "Cookie")) {
    value.error_at(entry.place, "\"Cookie\" has a key of its own: cookies");
  } else if (const std::string_view why = policy::why_not_sent_otherwise(name); !why.empty()) {
    value.error_at(entry.place, quoted(name) + " can have no rule: it " + std::string(why));
  } else {
    return true;
  }
  return false;
}

std::optional<Names> read_values(const Value& value, const std::string& name) {
  const std::string_view only = only_item(value);
  if (only == "ignore") {
    value.error("\"ignore\" in brackets is a value, did you mean " + quoted(name + ": ignore") + "?");
    return std::nullopt;
  }
  const bool has_languages = equal_ignoring_case(name, "Accept-Language");
  const std::size_t errors_before = value.source().errors();
  const std::optional<Names> values =
      list_of(value, expected_rule, has_languages ? check_language : check_value, false);
  if (!values || value.source().errors() != errors_before) return std::nullopt;
  if (values->empty()) {
    value.error("must not be empty: its first value is sent for who asks for none of them");
  } else if (values->size() > policy::most_vary_values) {
    value.error("has more than " + std::to_string(policy::most_vary_values) + " values");
  } else {
    return values;
  }
  return std::nullopt;
}

std::optional<VaryRule> read_rule(const Entry& entry) {
  if (!check_name(entry)) return std::nullopt;
  const Value& value = entry.value;
  VaryRule rule{entry.key, {}};
  if (value.is_list()) {
    const std::optional<Names> values = read_values(value, rule.name);
    if (!values) return std::nullopt;
    rule.values = *values;
    return rule;
  }
  const std::optional<std::string> text = value.text(expected_rule);
  if (!text) return std::nullopt;
  if (*text == "ignore") return rule;
  const std::string near = word_meant(*text, Names{"ignore"});
  value.mismatch(expected_rule, *text, near.empty() ? list_meant(*text) : near);
  return std::nullopt;
}

bool is_same_field(const VaryRule& rule, const std::string& name) {
  return policy::is_spelling_of(rule.name, name);
}

}  // namespace

std::optional<std::vector<VaryRule>> Vary::read(const Value& value, const policy::Route& route) const {
  if (!value.is_map()) {
    value.mismatch("a map of header names");
    return std::nullopt;
  }
  std::vector<VaryRule> rules;
  const Map map(value);
  for (const Entry& entry : map.entries()) {
    const auto is_same = [&entry](const VaryRule& rule) { return is_same_field(rule, entry.key); };
    if (std::ranges::any_of(rules, is_same)) {
      value.error_at(entry.place, quoted(entry.key) + " is there twice: case does not count");
      continue;
    }
    if (std::optional<VaryRule> rule = read_rule(entry)) rules.push_back(*std::move(rule));
  }
  const std::size_t own = rules.size();
  for (const VaryRule& general : route.vary) {
    const auto is_same = [&general](const VaryRule& rule) { return is_same_field(rule, general.name); };
    if (std::none_of(rules.begin(), rules.begin() + static_cast<std::ptrdiff_t>(own), is_same)) {
      rules.push_back(general);
    }
  }
  return rules;
}

Node Vary::write(const std::vector<VaryRule>& rules) const {
  if (rules.empty()) return {};
  Node map = Node::map();
  map.set_flow();
  for (const VaryRule& rule : rules) {
    map.insert(rule.name, rule.ignores() ? text_node("ignore") : list_node(rule.values));
  }
  return map;
}

json::object Vary::schema() const {
  json::object list = list_schema(any_text_schema());
  list["minItems"] = 1;
  list["maxItems"] = policy::most_vary_values;
  return map_schema(either_schema(words_schema(Names{"ignore"}), std::move(list)));
}

void check_vary(Map& map, const policy::Route& route, const Credentials& credentials) {
  const Value* const vary = map.find("vary");
  const Value* const headers = map.find("headers");
  const Value* const here = vary != nullptr ? vary : headers;
  if (here == nullptr || route.vary.empty()) return;
  const policy::CredentialFields fields(credentials.add, credentials.remove);
  for (const VaryRule& rule : route.vary) {
    const http::FieldName name(rule.name);
    if (vary != nullptr && (fields.contains(name) || name == "Authorization")) {
      vary->error(quoted(rule.name) + " says who asks: with a rule one client would get what is another's");
    } else if (rule.ignores() && policy::is_keyed_field(route, rule.name)) {
      here->error(quoted(rule.name) + " cannot be both part of the key (headers) and ignored (vary)");
    }
  }
}

}  // namespace larder::config
