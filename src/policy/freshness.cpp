#include <larder/base/text.hpp>
#include <larder/http/date.hpp>
#include <larder/http/list.hpp>
#include <larder/policy/freshness.hpp>

#include <algorithm>
#include <optional>

namespace larder::policy {
namespace {

constexpr std::string_view targeted_field = "CDN-Cache-Control";

// The first member of Age (RFC 9111, section 5.1); a value that is no number is ignored.
std::optional<Milliseconds> age_of(const http::FieldList& fields) {
  const auto value = fields.find("Age");
  if (!value) return std::nullopt;
  const auto seconds = http::parse_delta_seconds(trim(value->substr(0, value->find(','))));
  if (!seconds) return std::nullopt;
  return Milliseconds{*seconds};
}

std::optional<Time> date_field(const http::FieldList& fields, std::string_view name, Time now) {
  const auto value = fields.find(name);
  if (!value) return std::nullopt;
  return http::parse_date(trim(*value), now);
}

// RFC 9110, section 6.6.1: without a Date, the time at which the response came stands for it.
Time date_of(const http::FieldList& fields, Time response_time) {
  return date_field(fields, "Date", response_time).value_or(response_time);
}

bool is_key_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' || c == '*';
}

// Whether a list member begins as one of a dictionary does (RFC 8941, section 3.2): a key in lower case, then
// nothing, a value or parameters.
bool begins_with_key(std::string_view member) {
  if (member.empty() || !((member[0] >= 'a' && member[0] <= 'z') || member[0] == '*')) return false;
  const auto end = std::find_if_not(member.begin(), member.end(), is_key_byte);
  return end == member.end() || *end == '=' || *end == ';';
}

// RFC 9213, section 2.1: a targeted field that is empty or no dictionary is ignored.
bool is_valid_targeted(const http::FieldList& fields) {
  const auto value = fields.combined(targeted_field);
  if (!value) return false;
  const auto members = http::split_list(*value);
  return !members.empty() && std::all_of(members.begin(), members.end(), begins_with_key);
}

// RFC 9111, section 5.3: relative to Date; a value that is no date, "0" above all, is in the past.
std::optional<Milliseconds> expires_lifetime(const http::FieldList& fields, Time response_time) {
  if (!fields.contains("Expires")) return std::nullopt;
  const auto expires = date_field(fields, "Expires", response_time);
  if (!expires) return Milliseconds{0};
  return std::max(Milliseconds{0}, *expires - date_of(fields, response_time));
}

}  // namespace

OriginDirectives origin_directives(const http::FieldList& response_fields) {
  if (is_valid_targeted(response_fields)) {
    return {http::parse_cache_control(response_fields, targeted_field), true};
  }
  return {http::parse_cache_control(response_fields), false};
}

// RFC 9111, section 4.2.3.
Milliseconds initial_age(const http::FieldList& response_fields, Time request_time, Time response_time) {
  // A Date is cut to whole seconds: up to one second of the difference is that, and no age.
  const Milliseconds since_date = response_time - date_of(response_fields, response_time) - Seconds{1};
  const Milliseconds apparent_age = std::max(Milliseconds{0}, since_date);
  const Milliseconds response_delay = std::max(Milliseconds{0}, response_time - request_time);
  const Milliseconds corrected_age = age_of(response_fields).value_or(Milliseconds{0}) + response_delay;
  return std::max(apparent_age, corrected_age);
}

// RFC 9111, section 4.2.3. Another instance's clock may be ahead of ours: no time in the future is resident
// time.
Milliseconds current_age(const Lifetimes& lifetimes, Time now) {
  return lifetimes.initial_age + std::max(Milliseconds{0}, now - lifetimes.response_time);
}

Milliseconds remaining_freshness(const Lifetimes& lifetimes, Time now) {
  return lifetimes.freshness - current_age(lifetimes, now);
}

// RFC 9111, section 4.2.1: the first that is there, s-maxage before the others since we are shared.
std::optional<Milliseconds> stated_freshness(const http::ResponseHead& response, Time response_time) {
  const auto [control, targeted] = origin_directives(response.fields);
  if (control.s_maxage) return Milliseconds{*control.s_maxage};
  if (control.max_age) return Milliseconds{*control.max_age};
  if (targeted) return std::nullopt;
  return expires_lifetime(response.fields, response_time);
}

// RFC 9111, section 4.2.2.
std::optional<Milliseconds> heuristic_freshness(const http::ResponseHead& response, Time response_time) {
  if (!is_heuristically_cacheable(response.status)) return std::nullopt;
  const auto last_modified = date_field(response.fields, "Last-Modified", response_time);
  if (!last_modified) return std::nullopt;
  const Milliseconds unchanged = date_of(response.fields, response_time) - *last_modified;
  if (unchanged <= Milliseconds{0}) return std::nullopt;
  return unchanged / 10;
}

}  // namespace larder::policy
