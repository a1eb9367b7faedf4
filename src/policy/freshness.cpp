#include "accel_expires.hpp"
#include "surrogate_control.hpp"

#include <larder/base/text.hpp>
#include <larder/http/date.hpp>
#include <larder/http/list.hpp>
#include <larder/http/structured_fields.hpp>
#include <larder/policy/freshness.hpp>

#include <algorithm>
#include <optional>

namespace larder::policy {
namespace {

// Older than anything can be.
constexpr Milliseconds unknown_age = Seconds{std::int64_t{1} << 31};

// How far the clocks of two instances may differ before a response from the future says nothing about its
// age.
constexpr Milliseconds clock_tolerance = Seconds{1};

// RFC 9111, section 5.1: of a list the first member counts, and a value that is not a number is ignored.
std::optional<Milliseconds> age_of(const http::FieldList& fields) {
  const auto value = fields.find("Age");
  if (!value) return std::nullopt;
  const auto members = http::split_list(*value);
  const auto seconds = members.empty() ? std::nullopt : http::parse_delta_seconds(members.front());
  if (!seconds) return std::nullopt;
  return Milliseconds{*seconds};
}

// As long as any time that a directive can state (RFC 9111, section 1.2.2).
constexpr Seconds longest_staleness{std::int64_t{1} << 31};

std::optional<Time> date_field(const http::FieldList& fields, std::string_view name, Time now) {
  const auto value = fields.find(name);
  if (!value) return std::nullopt;
  return http::parse_date(trim(*value), now);
}

// RFC 9110, section 6.6.1: without a Date, the time at which the response came stands for it.
Time date_of(const http::FieldList& fields, Time response_time) {
  return date_field(fields, "Date", response_time).value_or(response_time);
}

// RFC 9110, section 7.6.3: a member of Via begins with the protocol's version, or with its name and version.
bool is_hop_before_age(std::string_view via) {
  std::string_view protocol = via.substr(0, via.find_first_of(" \t"));
  if (protocol.size() > 5 && starts_with_ignoring_case(protocol, "HTTP/")) protocol.remove_prefix(5);
  return protocol == "1.0" || protocol == "0.9";
}

// Whether the response came through HTTP/1.0, whose caches know no Age.
bool may_lack_age(const http::ResponseHead& response) {
  if (response.version_minor == 0) return true;
  const std::optional<std::string> via = response.fields.combined("Via");
  if (!via) return false;
  const auto hops = http::split_list(*via);
  return std::any_of(hops.begin(), hops.end(), is_hop_before_age);
}

// RFC 9111, section 5.3: relative to Date; an invalid date, "0" above all, is in the past.
std::optional<Milliseconds> expires_lifetime(const http::FieldList& fields, Time response_time) {
  if (!fields.contains("Expires")) return std::nullopt;
  const auto expires = date_field(fields, "Expires", response_time);
  if (!expires) return Milliseconds{0};
  return std::max(Milliseconds{0}, *expires - date_of(fields, response_time));
}

}  // namespace

OriginDirectives origin_directives(const http::FieldList& response_fields) {
  if (auto control = http::parse_targeted_cache_control(response_fields, "CDN-Cache-Control")) {
    return {.control = *std::move(control), .targeted = true};
  }
  if (auto control = parse_surrogate_control(response_fields))
    return {.control = *std::move(control), .targeted = true};
  if (auto said = parse_accel_expires(response_fields)) return *std::move(said);
  return {.control = http::parse_cache_control(response_fields)};
}

// RFC 9111, section 4.2.3.
Milliseconds corrected_age(const http::FieldList& response_fields, Time request_time, Time response_time) {
  const Milliseconds response_delay = std::max(Milliseconds{0}, response_time - request_time);
  return age_of(response_fields).value_or(Milliseconds{0}) + response_delay;
}

// RFC 9111, section 4.2.3: "unless the cache is confident in the value of the Age header field (e.g., because
// there are no HTTP/1.0 hops in the Via header field), in which case the corrected_age_value MAY be used as
// the corrected_initial_age".
Milliseconds initial_age(const http::ResponseHead& response, Time request_time, Time response_time) {
  const Milliseconds corrected = corrected_age(response.fields, request_time, response_time);
  if (!may_lack_age(response)) return corrected;
  // A Date is cut to whole seconds: up to one second of the difference is due to that, and not age.
  const Milliseconds apparent_age = response_time - date_of(response.fields, response_time) - Seconds{1};
  return std::max(apparent_age, corrected);
}

// RFC 9111, section 4.2.3. A response that came in the future was stored by an instance whose clock is ahead,
// or before ours was set back: how long it has been here is unknown.
Milliseconds current_age(const Lifetimes& lifetimes, Time now) {
  const Milliseconds resident_time = now - lifetimes.response_time;
  if (resident_time < -clock_tolerance) return unknown_age;
  return lifetimes.initial_age + std::max(Milliseconds{0}, resident_time);
}

Milliseconds remaining_freshness(const Lifetimes& lifetimes, Time now) {
  return lifetimes.freshness - current_age(lifetimes, now);
}

Lifetimes ended_at(Lifetimes lifetimes, Time end) {
  // An end before the response came, as of a purge that had to wait, is no sign of another clock: the
  // response was never fresh then.
  const Milliseconds lived = std::max(Milliseconds{0}, end - lifetimes.response_time);
  lifetimes.freshness = std::min(lifetimes.freshness, lifetimes.initial_age + lived);
  return lifetimes;
}

// RFC 9111, section 4.2.1: the first that is present, s-maxage before the others since we are shared.
std::optional<Milliseconds> stated_freshness(const http::ResponseHead& response, Time response_time) {
  const OriginDirectives said = origin_directives(response.fields);
  if (said.end) return std::max(Milliseconds{0}, *said.end - date_of(response.fields, response_time));
  if (said.control.s_maxage) return Milliseconds{*said.control.s_maxage};
  if (said.control.max_age) return Milliseconds{*said.control.max_age};
  if (said.targeted) return std::nullopt;
  return expires_lifetime(response.fields, response_time);
}

// RFC 9211, sections 2 and 2.4.
Milliseconds said_staleness(const http::FieldList& response_fields) {
  namespace structured = http::structured;
  const auto value = response_fields.combined("Cache-Status");
  const auto caches = value ? structured::parse_list(*value) : std::nullopt;
  if (!caches) return Milliseconds{0};
  Seconds least{0};
  for (const structured::Member& member : *caches) {
    const auto* cache = std::get_if<structured::Item>(&member);
    if (cache == nullptr) continue;
    for (const auto& [name, parameter] : cache->parameters) {
      const auto* seconds = std::get_if<std::int64_t>(&parameter);
      if (name == "ttl" && seconds != nullptr) least = std::min(least, Seconds{*seconds});
    }
  }
  return -std::max(least, -longest_staleness);
}

// RFC 9111, section 4.2.2: `public` allows it for the other statuses.
std::optional<Milliseconds> heuristic_freshness(const http::ResponseHead& response, Time response_time) {
  const bool allowed =
      is_heuristically_cacheable(response.status) || origin_directives(response.fields).control.is_public;
  if (!allowed) return std::nullopt;
  const auto last_modified = date_field(response.fields, "Last-Modified", response_time);
  if (!last_modified) return std::nullopt;
  const Milliseconds unchanged = date_of(response.fields, response_time) - *last_modified;
  if (unchanged <= Milliseconds{0}) return std::nullopt;
  return unchanged / 10;
}

}  // namespace larder::policy
