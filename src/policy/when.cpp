#include "cookies.hpp"
#include "documented_names.hpp"
#include "name_patterns.hpp"
#include "percent.hpp"

#include <larder/base/text.hpp>
#include <larder/http/list.hpp>
#include <larder/policy/forwarding.hpp>
#include <larder/policy/path_pattern.hpp>
#include <larder/policy/when.hpp>

#include <algorithm>

namespace larder::policy {
namespace {

bool has_value(const Condition& condition, std::string_view value) {
  return std::ranges::any_of(condition.values,
                             [value](const std::string& glob) { return glob_matches(glob, value); });
}

// Most are not encoded: `memory` is only used for those that are.
std::string_view plain(std::string_view text, std::string& memory) {
  if (text.find('%') == text.npos) return text;
  memory = percent_decoded(text);
  return memory;
}

bool is_met(const Condition& parameter, std::string_view query) {
  std::string name_memory;
  std::string value_memory;
  while (!query.empty()) {
    const std::string_view text = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(text.size() + 1, query.size()));
    if (text.empty()) continue;
    const std::string_view name = text.substr(0, text.find('='));
    if (!glob_matches(parameter.name, plain(name, name_memory))) continue;
    const std::string_view value = text.substr(std::min(name.size() + 1, text.size()));
    if (has_value(parameter, plain(value, value_memory))) return true;
  }
  return false;
}

std::string_view query_of(const http::Target& target) {
  return target.query ? std::string_view(*target.query) : std::string_view();
}

// RFC 9110, section 5.3.
std::string combined_trimmed(const http::FieldList& fields, const http::FieldName& name) {
  std::string value;
  bool is_first = true;
  for (const http::Field field : fields) {
    if (field.name != name) continue;
    if (!is_first) value.append(", ");
    value.append(trim(field.value));
    is_first = false;
  }
  return value;
}

bool is_met(const Condition& header, const http::FieldList& fields) {
  const http::FieldName name(header.name);
  const std::optional<std::string_view> first = fields.find(name);
  if (!first) return false;
  const bool is_there = fields.count(name) == 1 ? has_value(header, trim(*first))
                                                : has_value(header, combined_trimmed(fields, name));
  return is_there && !http::list_contains(fields, "Connection", header.name);
}

std::string in_words(std::string_view kind, const Condition& condition) {
  std::string text = std::string(kind) + " " + condition.name + ": ";
  for (std::size_t i = 0; i < condition.values.size(); ++i) {
    if (i != 0) text += " or ";
    text += condition.values[i].empty() ? "\"\"" : condition.values[i];
  }
  return text;
}

// Those of a rule that `is_told` takes, `(kind, condition)`.
template <class IsTold>
std::vector<std::string> told(const WhenRule& when, IsTold is_told) {
  std::vector<std::string> texts;
  const auto add = [&](std::string_view kind, const std::vector<Condition>& conditions) {
    for (const Condition& one : conditions) {
      if (is_told(kind, one)) texts.push_back(in_words(kind, one));
    }
  };
  add("header", when.headers);
  add("parameter", when.query);
  add("cookie", when.cookies);
  return texts;
}

// It goes by the names that frameworks know a field by.
bool is_among(const std::vector<std::string>& names, std::string_view name) {
  return NamePatterns(NamePatterns::Spelling::field, names).contains(name);
}

}  // namespace

const http::FieldList& RouteInput::no_fields() {
  static const http::FieldList none;
  return none;
}

std::vector<std::string> WhenRule::field_names() const {
  std::vector<std::string> names;
  for (const Condition& header : headers) names.push_back(header.name);
  if (!cookies.empty()) names.emplace_back("Cookie");
  return names;
}

bool holds_by_query(const WhenRule& when, const http::Target& target) {
  return std::ranges::all_of(when.query, [&](const Condition& one) { return is_met(one, query_of(target)); });
}

bool holds_by_fields(const WhenRule& when, const http::FieldList& request_fields) {
  return std::ranges::all_of(when.headers,
                             [&](const Condition& one) { return is_met(one, request_fields); }) &&
         std::ranges::all_of(when.cookies,
                             [&](const Condition& one) { return has_cookie(request_fields, one); });
}

bool holds(const WhenRule& when, const RouteInput& input, const http::Target& target) {
  return holds_by_query(when, target) && holds_by_fields(when, *input.fields);
}

std::vector<std::string> unmet(const WhenRule& when, const RouteInput& input, const http::Target& target) {
  return told(when, [&](std::string_view kind, const Condition& one) {
    if (kind == "header") return !is_met(one, *input.fields);
    return kind == "cookie" ? !has_cookie(*input.fields, one) : !is_met(one, query_of(target));
  });
}

std::vector<std::string> words_of(const WhenRule& when) {
  return told(when, [](std::string_view, const Condition&) { return true; });
}

std::optional<std::string_view> when_field_mistake(std::string_view name) {
  static const std::vector<std::string> conditional{"Range", "If-*"};
  static const std::vector<std::string> framing{"Content-Length", "Expect", "Max-Forwards"};
  if (equal_ignoring_case(name, "Host")) return "is what the key host is for";
  if (equal_ignoring_case(name, "Cookie")) return "is what when.cookies is for, by their names";
  if (is_hop_by_hop(name) || is_among(framing, name)) return "is for one connection or its message alone";
  // Those that tell who the client is go on as they came.
  if (CredentialFields::documented()->contains(name)) return std::nullopt;
  if (is_written_by_us({}, name) || is_among(origination_names(), name)) {
    return "is written or removed by larder: the upstream does not get it as it came";
  }
  if (is_among(conditional, name) || is_among(override_fields(), name)) {
    return "does not go to the upstream with requests that are shared";
  }
  return std::nullopt;
}

std::string decoded_parameter(std::string_view text) {
  return percent_decoded(text);
}

}  // namespace larder::policy
