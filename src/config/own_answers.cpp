// What a route has larder answer itself.
#include "route_checks.hpp"
#include "route_kinds.hpp"

#include <larder/base/token.hpp>
#include <larder/base/units.hpp>

#include <algorithm>
#include <array>

namespace larder::config {
namespace {

using policy::AccessRule;
using policy::RedirectRule;
using policy::RespondRule;

constexpr std::size_t longest_answer = 64 * 1024;

Section<AccessRule> access_section() {
  Table<AccessRule> table{{
      key("allow", &AccessRule::allow, Addresses{}, "Addresses and networks; others get 403. Empty: all."),
      key("deny", &AccessRule::deny, Addresses{}, "Addresses and networks that get 403 whatever allow says."),
  }};
  table.check = [](Map& map, const Value& section, AccessRule&) {
    // What is not empty and wrong has been told.
    const bool names_some = std::ranges::any_of(map.entries(), [](const Entry& entry) {
      return !entry.value.is_list() || !entry.value.node().items().empty();
    });
    if (!names_some) section.error("must not be empty: allow or deny");
  };
  return {std::move(table), true};
}

std::optional<std::string> read_content(const Value& value) {
  std::optional<std::string> content = value.text("a text");
  if (!content || content->size() <= longest_answer) return content;
  value.error("is longer than " + format_size(longest_answer));
  return std::nullopt;
}

std::optional<std::string> read_media_type(const Value& value) {
  constexpr std::string_view expected = "a media type such as text/plain";
  std::optional<std::string> type = value.text(expected);
  if (!type) return std::nullopt;
  const std::string_view text = *type;
  const std::string_view name = text.substr(0, text.find_first_of("; "));
  const std::size_t slash = std::min(name.find('/'), name.size());
  const bool is_type =
      is_token(name.substr(0, slash)) && slash < name.size() && is_token(name.substr(slash + 1));
  if (is_type && !has_control_byte(text)) return type;
  value.mismatch(expected, text);
  return std::nullopt;
}

Section<RespondRule> respond_section() {
  Table<RespondRule> table{{
      key("status", &RespondRule::status, Number<int>{200, 599, "a status"}, "Of the answer."),
      key("content", &RespondRule::content, Scalar<std::string>{read_content, same_text, any_text_schema},
          "Of the answer, 64KiB at most."),
      key("type", &RespondRule::type, Scalar<std::string>{read_media_type, same_text, any_text_schema},
          "Its media type."),
  }};
  table.check = [](Map& map, const Value&, RespondRule& rule) {
    const bool has_none = rule.status == 204 || rule.status == 205 || rule.status == 304;
    if (has_none && !rule.content.empty()) {
      map.find("content")->error("a " + std::to_string(rule.status) + " has no content");
    }
  };
  return {std::move(table), true};
}

std::optional<int> read_redirect_status(const Value& value) {
  static constexpr std::array statuses{301, 302, 303, 307, 308};
  constexpr std::string_view expected = "301, 302, 303, 307 or 308";
  const std::optional<std::string> text = value.text(expected);
  if (!text) return std::nullopt;
  for (const int status : statuses) {
    if (*text == std::to_string(status)) return status;
  }
  value.mismatch(expected, *text);
  return std::nullopt;
}

std::string status_text(const int& status) {
  return std::to_string(status);
}

json::object redirect_status_schema() {
  return number_schema(301, 308);
}

Section<RedirectRule> redirect_section() {
  return {{{
              key("to", &RedirectRule::to, a_text,
                  "A path or URL, with {names} of the match, {host}, {scheme}, {path} and {query}.")
                  .required(),
              key("status", &RedirectRule::status,
                  Scalar<int>{read_redirect_status, status_text, redirect_status_schema},
                  "301, 302, 303, 307 or 308."),
          }},
          true};
}

/// What each of the route's patterns captures.
std::vector<std::string> captured_names(const policy::Route& route) {
  std::optional<std::vector<std::string>> all;
  for (const std::string& match : route.match) {
    const Result<policy::PathPattern> pattern = policy::PathPattern::parse(match);
    if (!pattern) continue;
    const std::vector<std::string> names = pattern->capture_names();
    if (!all) all = names;
    std::erase_if(*all,
                  [&](const std::string& name) { return std::ranges::find(names, name) == names.end(); });
  }
  return all.value_or(std::vector<std::string>());
}

}  // namespace

std::optional<AccessRule> ClientAccess::read(const Value& value) const {
  return access_section().read(value);
}

Node ClientAccess::write(const AccessRule& rule) const {
  return access_section().write(rule);
}

json::object ClientAccess::schema() const {
  return access_section().schema();
}

void ClientAccess::list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const {
  access_section().list(path, takes, entries);
}

std::optional<RespondRule> Respond::read(const Value& value) const {
  return respond_section().read(value);
}

Node Respond::write(const RespondRule& rule) const {
  return respond_section().write(rule);
}

json::object Respond::schema() const {
  return respond_section().schema();
}

void Respond::list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const {
  respond_section().list(path, takes, entries);
}

std::optional<RedirectRule> Redirect::read(const Value& value, const policy::Route& route) const {
  std::optional<RedirectRule> rule;
  if (value.is_map()) {
    rule = redirect_section().read(value);
  } else if (const auto text = value.text("a path or URL, or a map of to and status")) {
    rule = RedirectRule{*text};
  }
  if (!rule) return std::nullopt;
  // A map without it has been told so.
  if (rule->to.empty() && value.is_map() && value.node().find("to") == nullptr) return std::nullopt;
  const auto mistake = policy::mistake_in_redirect(rule->to, captured_names(route));
  if (!mistake) return rule;
  value.error(quoted(rule->to) + ": " + *mistake);
  return std::nullopt;
}

Node Redirect::write(const RedirectRule& rule) const {
  return redirect_section().write(rule);
}

json::object Redirect::schema() const {
  return either_schema(any_text_schema(), redirect_section().schema());
}

void Redirect::list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const {
  redirect_section().list(path, takes, entries);
}

bool goes_with_own_answer(std::string_view key) {
  static constexpr std::array keys{"name",   "host",    "match",    "methods", "when",
                                   "access", "respond", "redirect", "cors",    "response"};
  return std::ranges::find(keys, key) != keys.end();
}

void check_own_answer(Map& map, policy::Route& route) {
  const std::string own = quoted(route.respond ? "respond" : "redirect");
  if (route.respond && route.redirect)
    map.find("redirect")->error("\"respond\" and \"redirect\" exclude each other");
  for (const Entry& entry : map.entries()) {
    if (goes_with_own_answer(entry.key)) continue;
    entry.value.error("does nothing beside " + own + ": larder answers itself");
  }
  route.upstream.clear();
}

}  // namespace larder::config
