// What requests are sent with: a route's `request`, and an upstream's.
#include "field_rules.hpp"
#include "route_checks.hpp"
#include "route_kinds.hpp"

#include <larder/base/text.hpp>
#include <larder/policy/request_rule.hpp>

#include <algorithm>

namespace larder::config {
namespace {

using policy::RequestRule;

std::string_view refusal_of_added(std::string_view name) {
  if (policy::is_spelling_of(name, "Cookie") || policy::is_spelling_of(name, "Authorization"))
    return "is one line: say set";
  return policy::why_not_sent_otherwise(name);
}

bool check_unsent(const Value& item, const std::string& text) {
  if (!check_removed_name(item, text)) return false;
  const std::string_view why =
      text.find('*') == text.npos ? policy::why_not_sent_otherwise(text) : std::string_view();
  if (why.empty()) return true;
  item.error(quoted(text) + " cannot be removed: it " + std::string(why));
  return false;
}

Section<RequestRule> request_section(const TemplateNames* names) {
  Table<RequestRule> table{{
      key("set", &RequestRule::set, FieldTemplates{names, policy::why_not_sent_otherwise},
          "In place of the client's own, as {X-Tenant: \"{host}\"}.")
          .shown_if([](const RequestRule& rule) { return !rule.set.empty(); }),
      key("add", &RequestRule::add, FieldTemplates{names, refusal_of_added, true},
          "Beside the client's own; one value, or a list.")
          .shown_if([](const RequestRule& rule) { return !rule.add.empty(); }),
      key("remove", &RequestRule::remove, Texts{"a list of header names", check_unsent},
          "Names and globs, as X-Internal-*. First of the three.")
          .shown_if([](const RequestRule& rule) { return !rule.remove.empty(); }),
  }};
  table.check = [](Map&, const Value& section, RequestRule& rule) {
    refuse_contradiction(section, rule.set, rule.add, rule.remove);
  };
  return {std::move(table), true};
}

}  // namespace

std::optional<RequestRule> RequestFields::read(const Value& value, const policy::Route& route) const {
  const TemplateNames names = names_in_templates(
      route, {std::string(policy::host_placeholder), std::string(policy::scheme_placeholder),
              std::string(policy::client_placeholder)});
  std::optional<RequestRule> rule = request_section(&names).read(value);
  return rule ? std::optional(rule->over(route.request)) : std::nullopt;
}

std::optional<RequestRule> RequestFields::read(const Value& value, const Upstream& upstream) const {
  // What they send is the same for all routes, cacheable ones too.
  const TemplateNames names{{std::string(policy::host_placeholder), std::string(policy::scheme_placeholder)},
                            std::vector<std::vector<std::string>>{}};
  std::optional<RequestRule> rule = request_section(&names).read(value);
  return rule ? std::optional(rule->over(upstream.request)) : std::nullopt;
}

Node RequestFields::write(const RequestRule& rule) const {
  return request_section(nullptr).write(rule);
}

json::object RequestFields::schema() const {
  return request_section(nullptr).schema();
}

void RequestFields::list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const {
  request_section(nullptr).list(path, takes, entries);
}

void check_request(Map& map, const Value& section, const policy::Route& route) {
  const Value* const request = map.find("request");
  const Value& here = request != nullptr ? *request : section;
  if (route.cache && route.request.uses(policy::client_placeholder)) {
    here.error(
        "\"{client}\" is not part of the key: one client's answer would go to all others; it needs "
        "\"cache: off\"");
  }
  const Value* const headers = map.find("headers");
  const Value* const vary = map.find("vary");
  for (const std::string& name : route.headers) {
    if (!route.request.replaces(name) || (request == nullptr && headers == nullptr)) continue;
    (request != nullptr ? *request : *headers)
        .error(quoted(name) +
               " cannot be part of the key (headers): request replaces what clients send of it");
  }
  for (const policy::VaryRule& rule : route.vary) {
    if (!route.request.replaces(rule.name) || (request == nullptr && vary == nullptr)) continue;
    (request != nullptr ? *request : *vary)
        .error(quoted(rule.name) + " cannot have a rule of vary: request replaces what clients send of it");
  }
}

}  // namespace larder::config
