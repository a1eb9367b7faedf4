#include "rule_merging.hpp"

#include <larder/base/text.hpp>
#include <larder/policy/forwarding.hpp>
#include <larder/policy/request_rule.hpp>

#include <algorithm>
#include <array>

namespace larder::policy {
namespace {

bool is_among(const std::vector<FieldTemplate>& templates, std::string_view name) {
  return std::ranges::any_of(templates,
                             [name](const FieldTemplate& one) { return is_spelling_of(name, one.name); });
}

bool is_removed(const RequestRule& rule, std::string_view name) {
  const bool is_named = std::ranges::any_of(
      rule.remove, [name](const std::string& pattern) { return is_field_named(name, pattern); });
  return is_named && why_not_sent_otherwise(name).empty();
}

}  // namespace

bool RequestRule::replaces(std::string_view name) const {
  return is_among(set, name) || is_removed(*this, name);
}

bool RequestRule::uses(std::string_view placeholder) const {
  const auto has = [placeholder](const FieldTemplate& one) {
    const auto names = placeholders_of(one.text);
    return std::ranges::find(names, placeholder) != names.end();
  };
  return std::ranges::any_of(set, has) || std::ranges::any_of(add, has);
}

RequestRule RequestRule::over(const RequestRule& general) const {
  return over_general(*this, general);
}

void remove_replaced(const RequestRule& rule, http::FieldList& fields) {
  if (rule.set.empty() && rule.remove.empty()) return;
  fields.remove_if([&rule](const http::Field& field) { return rule.replaces(field.name); });
}

void apply(const RequestRule& rule, const TemplateValues& values, http::FieldList& fields) {
  remove_replaced(rule, fields);
  for (const auto* templates : {&rule.set, &rule.add}) {
    for (const FieldTemplate& one : *templates) {
      const std::optional<std::string> value = expand_field(one.text, values);
      if (value) fields.add(http::FieldName(one.name), *value);
    }
  }
}

std::string_view why_not_sent_otherwise(std::string_view text) {
  std::string name(text);
  std::ranges::replace_if(
      name, [](char c) { return c == '_' || c == '.'; }, '-');
  static constexpr std::array<std::string_view, 2> framing{"Content-Length", "Expect"};
  static constexpr std::array<std::string_view, 8> conditions{
      "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since",
      "If-Range", "Range",         "Content-Range",     "Content-Encoding"};
  static constexpr std::array<std::string_view, 8> written{
      "Via",       "CDN-Loop",     "X-Forwarded-For",     "X-Forwarded-Proto", "X-Forwarded-Host",
      "Forwarded", "Max-Forwards", "Surrogate-Capability"};
  static constexpr std::array<std::string_view, 2> directives{"Cache-Control", "Pragma"};
  if (is_spelling_of(name, "Host")) return "says which site is asked for, as the key does";
  const auto is_any_of = [&name](const auto& names) {
    return std::ranges::any_of(names, [&name](std::string_view one) { return is_spelling_of(name, one); });
  };
  if (is_hop_by_hop(http::FieldName(std::string_view(name))) || is_any_of(framing) ||
      starts_with_ignoring_case(name, "Sec-WebSocket-"))
    return "is of one connection or message: larder writes it";
  if (is_any_of(conditions)) return "says which part or state is asked for: larder asks by what is stored";
  if (is_any_of(written)) return "is what larder itself says of clients and of itself";
  if (is_any_of(directives)) return "is for caches: see request_directives";
  if (is_spelling_of(name, "Accept-Encoding"))
    return "is sent as those of zstd, br and gzip that the client takes";
  return {};
}

}  // namespace larder::policy
