// What is done to the fields of responses on their way out: a route's `response`.
#include "field_rules.hpp"
#include "route_kinds.hpp"

#include <larder/base/text.hpp>
#include <larder/policy/response_rule.hpp>

#include <algorithm>
#include <array>

namespace larder::config {
namespace {

using policy::ResponseRule;

std::string_view refusal_of_written(std::string_view name) {
  static constexpr std::array<std::string_view, 3> own{"X-Cache", "Cache-Status", "Via"};
  if (policy::is_needed_in_responses(name))
    return "says how the response is read, which larder and the origin know";
  if (equal_ignoring_case(name, "Set-Cookie")) return "is one client's own, and answers from cache go to all";
  const auto is_name = [name](std::string_view one) { return equal_ignoring_case(one, name); };
  if (std::ranges::any_of(own, is_name)) return "says what larder did, and can only be removed";
  return {};
}

bool check_ungiven(const Value& item, const std::string& text) {
  if (!check_removed_name(item, text)) return false;
  if (!policy::is_needed_in_responses(text)) return true;
  item.error(quoted(text) + " cannot be removed: clients and caches need it to read the response");
  return false;
}

Section<ResponseRule> response_section(const TemplateNames* names) {
  Table<ResponseRule> table{{
      key("set", &ResponseRule::set, FieldTemplates{names, refusal_of_written},
          "In place of the origin's own, as {Cache-Control: \"public, max-age=60\"}.")
          .shown_if([](const ResponseRule& rule) { return !rule.set.empty(); }),
      key("add", &ResponseRule::add, FieldTemplates{names, refusal_of_written, true},
          "Beside the origin's own; one value, or a list.")
          .shown_if([](const ResponseRule& rule) { return !rule.add.empty(); }),
      key("remove", &ResponseRule::remove, Texts{"a list of header names", check_ungiven},
          "Names and globs of fields that clients do not get, X-Cache, Cache-Status and Via among them. "
          "First "
          "of the three."),
      key("always", &ResponseRule::always, a_switch,
          "on: of errors too, larder's own among them, not of 2xx and 3xx alone."),
  }};
  table.check = [](Map&, const Value& section, ResponseRule& rule) {
    refuse_contradiction(section, rule.set, rule.add, rule.remove);
  };
  return {std::move(table), true};
}

}  // namespace

std::optional<ResponseRule> ResponseFields::read(const Value& value, const policy::Route& route) const {
  const TemplateNames names = names_in_templates(
      route, {std::string(policy::host_placeholder), std::string(policy::scheme_placeholder)});
  std::optional<ResponseRule> rule = response_section(&names).read(value);
  if (!rule) return std::nullopt;
  const bool says_always = value.node().find("always") != nullptr;
  const bool always = says_always ? rule->always : route.response.always;
  rule = rule->over(route.response);
  rule->always = always;
  return rule;
}

Node ResponseFields::write(const ResponseRule& rule) const {
  return response_section(nullptr).write(rule);
}

json::object ResponseFields::schema() const {
  return response_section(nullptr).schema();
}

void ResponseFields::list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const {
  response_section(nullptr).list(path, takes, entries);
}

}  // namespace larder::config
