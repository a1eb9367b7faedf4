// What of a route's answers is stored and used, beyond lifetimes and key; and which answers to writes count.
#include "route_kinds.hpp"
#include "suggest.hpp"
#include "units_meant.hpp"

#include <larder/base/text.hpp>
#include <larder/base/units.hpp>
#include <larder/policy/purge_rule.hpp>

#include <algorithm>
#include <charconv>

namespace larder::config {
namespace {

using Names = std::vector<std::string>;
using policy::StaleIfError;
using policy::Statuses;

constexpr std::string_view status_expected = "a list of statuses such as [2xx, 303]";
constexpr Milliseconds longest_lag{5 * 60'000};

std::optional<bool> read_cache_switch(const Value& value) {
  if (value.is_scalar() && equal_ignoring_case(value.node().text(), "shadow")) {
    value.error(
        "\"shadow\" is reserved for comparing what is cached with the origin, and not there yet: on or off");
    return std::nullopt;
  }
  return on_off(value);
}

std::string cache_switch_text(const bool& on) {
  return on ? "on" : "off";
}

std::optional<Milliseconds> read_lag(const Value& value) {
  const std::optional<Milliseconds> lag = duration(value);
  if (!lag || *lag <= longest_lag) return lag;
  value.error(format_duration(*lag) + " is more than " + format_duration(longest_lag) +
              ", the most there is");
  return std::nullopt;
}

std::string lag_text(const Milliseconds& lag) {
  return format_duration(lag);
}

json::object lag_schema() {
  return a_duration.schema();
}

Section<StaleIfError> stale_section() {
  return {
      {{
          key("for", &StaleIfError::window, a_duration, "How long.").required(),
          key("override", &StaleIfError::overrides, a_switch,
              "on: whatever the origin says of it, by s-maxage, must-revalidate and proxy-revalidate too; "
              "never over no-cache."),
      }},
      true};
}

/// 201 of `201`, and 2 of `2xx`; nothing of what is neither.
struct StatusText {
  std::optional<int> number;
  std::optional<int> hundreds;

  explicit StatusText(std::string_view text) {
    const bool is_class = text.size() == 3 && text.ends_with("xx");
    const std::string digits = is_class ? std::string(1, text.front()) + "00" : std::string(text);
    int status = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), status);
    if (error != std::errc{} || end != digits.data() + digits.size() || digits.size() != 3) return;
    if (status < 200 || status > 599) return;
    (is_class ? hundreds : number) = is_class ? status / 100 : status;
  }
};

/// What an answer does that is not by itself one of a write that has changed something.
void warn_of_outcome(const Value& item, const std::string& text, const StatusText& status) {
  if (status.number == 502 || status.number == 504) {
    item.warning("does nothing: whether a write with " + text +
                 " has changed anything is unknown, so it purges");
  } else if (status.number.value_or(0) >= 400 || status.hundreds.value_or(0) >= 4) {
    item.warning("a write that fails with " + text +
                 " purges as well: whoever may send one can have all that it names fetched anew");
  }
}

}  // namespace

const Scalar<bool> a_cache_switch{read_cache_switch, cache_switch_text, switch_schema};
const Scalar<Milliseconds> a_lag{read_lag, lag_text, lag_schema};

std::optional<StaleIfError> StaleOnError::read(const Value& value) const {
  if (value.is_map()) return stale_section().read(value);
  const std::optional<Milliseconds> window = duration(value);
  return window ? std::optional(StaleIfError(*window)) : std::nullopt;
}

Node StaleOnError::write(const StaleIfError& rule) const {
  return rule.overrides ? stale_section().write(rule) : a_duration.write(rule.window);
}

json::object StaleOnError::schema() const {
  return either_schema(a_duration.schema(), stale_section().schema());
}

void StaleOnError::list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const {
  stale_section().list(path, takes, entries);
}

std::optional<Statuses> StatusList::read(const Value& value) const {
  Statuses statuses;
  const auto texts = list_of(
      value, status_expected,
      [&](const Value& item, const std::string& text) {
        const StatusText status(text);
        if (status.number) statuses.numbers.push_back(*status.number);
        if (status.hundreds) statuses.classes.push_back(*status.hundreds);
        if (!status.number && !status.hundreds) {
          item.error(quoted(text) + " is not a status from 200 to 599 or a class as 2xx");
          return false;
        }
        warn_of_outcome(item, text, status);
        return true;
      },
      false);
  if (!texts) return std::nullopt;
  if (value.items().empty()) value.error("must not be empty: nothing is purged by \"purge: none\"");
  return statuses;
}

Node StatusList::write(const Statuses& statuses) const {
  Names texts;
  for (const int hundreds : statuses.classes) texts.push_back(std::to_string(hundreds) + "xx");
  for (const int number : statuses.numbers) texts.push_back(std::to_string(number));
  return list_node(texts);
}

json::object StatusList::schema() const {
  json::object schema = list_schema(scalar_schema("^[2-5]([0-9][0-9]|xx)$"));
  schema["minItems"] = 1;
  return schema;
}

}  // namespace larder::config
