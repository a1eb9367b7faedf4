// Response fields that the configuration names: those that hold tags, and those that do not go out.
#include "notation.hpp"
#include "route_kinds.hpp"

#include <larder/base/text.hpp>
#include <larder/base/token.hpp>
#include <larder/policy/forwarding.hpp>

#include <algorithm>
#include <array>

namespace larder::config {
namespace {

using Names = std::vector<std::string>;

constexpr std::string_view header_names = "a list of header names";

bool check_name(const Value& item, const std::string& text) {
  if (is_token(text)) return check_no_glob(item, text, "response fields are named one by one");
  item.mismatch("a header name", text);
  return false;
}

bool check_tag_field(const Value& item, const std::string& text) {
  if (!check_name(item, text)) return false;
  if (!policy::is_hop_by_hop(text)) return true;
  item.error(quoted(text) + " is of one connection: it holds no tags");
  return false;
}

/// Whether larder writes it for each answer, or what it says is wrong or dangerous without it.
bool is_needed(const std::string& name) {
  static constexpr std::array needed{
      "Age", "Content-Encoding", "Content-Length", "Content-Range", "Date", "ETag", "Host", "Vary"};
  const auto is_name = [&name](std::string_view one) { return equal_ignoring_case(one, name); };
  return policy::is_hop_by_hop(name) || std::ranges::any_of(needed, is_name);
}

bool check_removed(const Value& item, const std::string& text) {
  if (!check_name(item, text)) return false;
  if (!is_needed(text)) return true;
  item.error(quoted(text) + " cannot be removed: clients and caches need it to read the response");
  return false;
}

Section<policy::ResponseRule> response_section() {
  using policy::ResponseRule;
  return {
      {{
          key("remove", &ResponseRule::remove, Texts{header_names, check_removed},
              "Fields that clients do not get, X-Cache, Cache-Status and Via among them. A default's and the "
              "route's go together."),
          key("always", &ResponseRule::always, a_switch, "on: of errors too, not of 2xx and 3xx alone."),
      }},
      true};
}

}  // namespace

std::optional<policy::ResponseRule> ResponseFields::read(const Value& value,
                                                         const policy::Route& route) const {
  std::optional<policy::ResponseRule> rule = response_section().read(value);
  if (!rule) return std::nullopt;
  for (const std::string& name : route.response.remove) {
    const auto is_same = [&name](const std::string& one) { return equal_ignoring_case(one, name); };
    if (std::ranges::none_of(rule->remove, is_same)) rule->remove.push_back(name);
  }
  if (value.node().find("always") == nullptr) rule->always = route.response.always;
  return rule;
}

Node ResponseFields::write(const policy::ResponseRule& rule) const {
  return response_section().write(rule);
}

json::object ResponseFields::schema() const {
  return response_section().schema();
}

void ResponseFields::list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const {
  response_section().list(path, takes, entries);
}

Texts tag_field_names() {
  return {header_names, check_tag_field};
}

}  // namespace larder::config
