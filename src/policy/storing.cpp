#include "provoked_errors.hpp"
#include "storable.hpp"

#include <larder/base/text.hpp>
#include <larder/policy/forwarding.hpp>
#include <larder/policy/key.hpp>
#include <larder/policy/purge.hpp>
#include <larder/policy/stale.hpp>
#include <larder/policy/storing.hpp>
#include <larder/policy/validation.hpp>

#include <algorithm>
#include <array>

namespace larder::policy {
namespace {

template <std::size_t Size>
bool is_among(const std::array<int, Size>& statuses, int status) {
  return std::find(statuses.begin(), statuses.end(), status) != statuses.end();
}

// The final statuses whose caching RFC 9110 defines, all of which we treat as it says (RFC 9111,
// section 5.2.2.3).
bool is_understood(int status) {
  static constexpr std::array understood{200, 201, 202, 203, 204, 205, 300, 301, 302, 303, 305, 307, 308, 400,
                                         401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414,
                                         415, 416, 417, 421, 422, 426, 500, 501, 502, 503, 504, 505};
  return is_among(understood, status);
}

// What the decision is made from, each looked up once.
struct Facts {
  const StoringInput& input;
  http::CacheControl control;
  Sharing sharing;
  std::optional<Milliseconds> route_ttl;
  bool overridden = false;  // the route's ttl replaces the origin's
};

// config/README.md, "Credentials and cookies"; RFC 9111, section 3.5. What must not be stored at all is never
// shared with a client that identifies itself, even if the route overrides that.
Sharing sharing_of(const OriginDirectives& said) {
  const http::CacheControl& control = said.control;
  if (control.is_private || (control.no_store && !control.must_understand)) return {};
  Sharing sharing;
  sharing.with_credentials = control.is_public || control.s_maxage || said.targets_lifetime();
  sharing.with_authorization = sharing.with_credentials || control.must_revalidate;
  return sharing;
}

Facts facts_of(const StoringInput& input) {
  const OriginDirectives said = origin_directives(input.response.fields);
  Facts facts{input, said.control, sharing_of(said), input.route.ttl.for_status(input.response.status),
              false};
  facts.overridden = input.route.override_origin && facts.route_ttl.has_value();
  return facts;
}

Reason refusal_by_request(const StoringInput& input) {
  // RFC 9111, section 3: the method is understood. What a HEAD brings has no content to store.
  if (input.request.method != "GET") return Reason::method;
  if (!input.route.cache) return Reason::route_off;
  // RFC 9111, section 5.2.1.5.
  const bool honored = input.route.honor_request_directives;
  if (honored && http::parse_cache_control(input.request.fields).no_store) return Reason::request_no_store;
  return Reason::none;
}

Reason refusal_by_status(const Facts& facts) {
  const int status = facts.input.response.status;
  if (status < 200) return Reason::connection_specific;
  // RFC 9111, section 3.3. In a whole response Content-Range means nothing (RFC 9110, section 14.4).
  if (status == 206) return Reason::partial;
  if (!is_storable_status(status, false)) return Reason::status;
  // RFC 9111, section 5.2.2.3.
  if (facts.control.must_understand && !is_understood(status)) return Reason::must_understand;
  const bool provoked = may_be_provoked(facts.input.route, facts.input.request, status);
  // That a class covers it says nothing of what provokes it.
  if (provoked && !facts.input.route.ttl.by_status.contains(status)) return Reason::status;
  return Reason::none;
}

bool has_media_type(const http::FieldList& fields, std::string_view type) {
  const std::string_view value = trim(fields.find("Content-Type").value_or(""));
  return equal_ignoring_case(trim(value.substr(0, value.find(';'))), type);
}

// What is read as it happens, or what the origin says is not to be collected (nginx's field). Such a response
// is for its client only.
bool is_stream(const http::FieldList& fields) {
  if (has_media_type(fields, "text/event-stream")) return true;
  if (has_media_type(fields, "multipart/x-mixed-replace")) return true;
  return equal_ignoring_case(trim(fields.find("X-Accel-Buffering").value_or("")), "no");
}

Reason refusal_by_directives(const Facts& facts) {
  if (facts.overridden) return Reason::none;
  // RFC 9111, section 5.2.2.5, and 5.2.2.3: must-understand, once understood, stands for no-store.
  if (facts.control.no_store && !facts.control.must_understand) return Reason::response_no_store;
  // RFC 9111, section 5.2.2.7: unqualified, the whole response is for one user.
  if (facts.control.is_private) return Reason::response_private;
  return Reason::none;
}

// RFC 9111, section 4.1. A response that varies by a field that we write ourselves, or that the origin may
// have read under another name, varies by something no request shows.
bool varies_by_unknown(const Facts& facts) {
  const auto names = vary_names(facts.input.response.fields);
  return !names || std::any_of(names->begin(), names->end(), [&facts](const std::string& name) {
    return is_written_by_us(facts.input.route, name) ||
           has_double(facts.input.route, facts.input.request.fields, name);
  });
}

// RFC 9111, section 7.3, and the stricter rule of config/README.md, "Credentials and cookies".
bool may_set_cookie(SetCookieRule rule, bool by_route) {
  return rule == SetCookieRule::strip || (rule == SetCookieRule::allow && !by_route);
}

// What makes a response one client's own, whatever states its lifetime.
Reason refusal_by_sharing(const Facts& facts, bool by_route) {
  const StoringInput& input = facts.input;
  const Reason credential = unkeyed_credential(input.route, input.request, facts.sharing);
  if (credential != Reason::none) return credential;
  if (varies_by_unknown(facts)) return Reason::vary_any;
  const bool sets_cookie = input.response.fields.contains("Set-Cookie");
  if (sets_cookie && !may_set_cookie(input.route.set_cookie, by_route)) return Reason::set_cookie;
  return Reason::none;
}

struct Freshness {
  std::optional<Milliseconds> lifetime;
  bool by_route = true;
  bool from_receipt = false;  // the route's ttl: nothing that the origin's clock has a part in
};

// src/README.md, "TTLs": what the origin states wins, unless the route overrides; RFC 9111, section 4.2.2
// comes last.
Freshness freshness_of(const Facts& facts) {
  const StoringInput& input = facts.input;
  if (facts.overridden) return {facts.route_ttl, true, true};
  const auto stated = stated_freshness(input.response, input.response_time);
  if (stated) return {stated, false};
  if (facts.route_ttl) return {facts.route_ttl, true, true};
  if (input.route.heuristic || facts.control.is_public) {
    return {heuristic_freshness(input.response, input.response_time), true};
  }
  return {};
}

// How a response may be used stale.
struct StaleUse {
  Milliseconds while_revalidate{0};
  Milliseconds if_error{0};
  bool must_revalidate = false;
};

// config/README.md, "Stale responses, and fetching ahead": what the origin states wins, a window of 0 too.
// If the route overrides the origin and names a window itself, only the route counts. A window for errors may
// override by itself: what is stale must still be validated, but for errors (may_serve_on_error()).
StaleUse stale_use_of(const Facts& facts) {
  const Route& route = facts.input.route;
  const http::CacheControl& control = facts.control;
  const Milliseconds nothing{0};
  const StaleIfError on_error = route.stale_if_error.value_or(StaleIfError());
  StaleUse use{route.stale_while_revalidate.value_or(nothing), on_error.window, false};
  if (facts.overridden && (route.stale_while_revalidate || route.stale_if_error)) return use;
  if (control.stale_while_revalidate) use.while_revalidate = *control.stale_while_revalidate;
  if (control.stale_if_error && !on_error.overrides) use.if_error = *control.stale_if_error;
  // RFC 9111, sections 5.2.2.2, 5.2.2.8 and 5.2.2.10.
  use.must_revalidate = control.must_revalidate || control.proxy_revalidate || control.s_maxage.has_value();
  return use;
}

// RFC 9111, section 4.2.1, allows less than is stated, never more: jitter shortens.
Milliseconds jittered(Milliseconds lifetime, const StoringInput& input) {
  constexpr double percent = 100;
  const double share = input.route.jitter / percent * input.chance;
  return lifetime - std::chrono::duration_cast<Milliseconds>(lifetime * share);
}

Lifetimes lifetimes_of(const Facts& facts, const Freshness& freshness) {
  const StoringInput& input = facts.input;
  const Milliseconds nothing{0};
  Lifetimes lifetimes;
  lifetimes.response_time = input.response_time;
  lifetimes.initial_age = freshness.from_receipt
                              ? corrected_age(input.response.fields, input.request_time, input.response_time)
                              : initial_age(input.response, input.request_time, input.response_time);
  lifetimes.fetch_time = std::max(nothing, input.response_time - input.request_time);
  const Milliseconds whole = std::clamp(freshness.lifetime.value_or(nothing), nothing, input.max_lifetime);
  lifetimes.freshness = jittered(whole, input);
  const Milliseconds staleness = said_staleness(input.response.fields);
  if (staleness > nothing) {
    const Milliseconds lived = std::max(nothing, lifetimes.initial_age - staleness);
    lifetimes.freshness = std::min(lifetimes.freshness, lived);
  }
  const StaleUse stale = stale_use_of(facts);
  lifetimes.stale_while_revalidate = std::min(stale.while_revalidate, input.max_lifetime);
  lifetimes.stale_if_error = std::min(stale.if_error, input.max_lifetime);
  lifetimes.must_revalidate = stale.must_revalidate;
  lifetimes.no_cache = facts.control.no_cache && !facts.overridden;
  lifetimes.allows_credentials = facts.sharing.with_credentials;
  lifetimes.allows_authorization = facts.sharing.with_authorization;
  const bool is_stripped = input.route.set_cookie == SetCookieRule::strip;
  lifetimes.sets_cookie = !is_stripped && input.response.fields.contains("Set-Cookie");
  return lifetimes;
}

// A response that no later request could be answered with only costs memory.
Reason refusal_as_useless(const Facts& facts, const Lifetimes& lifetimes, bool has_lifetime) {
  const http::ResponseHead& response = facts.input.response;
  const bool can_validate = can_be_validated(response.status, response.fields);
  if (lifetimes.no_cache) return can_validate ? Reason::none : Reason::no_cache;
  if (!has_lifetime) {
    return is_heuristically_cacheable(response.status) ? Reason::no_lifetime : Reason::status;
  }
  const bool fresh = lifetimes.freshness > lifetimes.initial_age;
  const auto& on_error = facts.input.route.stale_if_error;
  const bool stands_in = on_error && on_error->overrides && lifetimes.stale_if_error > Milliseconds{0};
  const bool used_stale =
      stands_in ||
      (!lifetimes.must_revalidate &&
       (lifetimes.stale_while_revalidate > Milliseconds{0} || lifetimes.stale_if_error > Milliseconds{0} ||
        // A request's max-stale may still want it (RFC 9111, section 5.2.1.2).
        lifetimes.freshness > Milliseconds{0}));
  return fresh || can_validate || used_stale ? Reason::none : Reason::expired;
}

// Whether what is stored is better than this response, and may still be used, or validated once the outage
// that only the route would have stored is over.
bool yields_to_stored(const StoringInput& input, bool by_route) {
  constexpr int errors_of_servers = 500;
  const bool is_better = input.stored && by_route && input.stored->status < errors_of_servers &&
                         input.response.status >= errors_of_servers;
  if (is_better) return true;
  return input.stored && keeps_its_place(input.route, input.request, input.stored->status,
                                         input.stored->lifetimes, input.response.status, input.response_time);
}

StoringDecision refused(Reason reason) {
  return {reason, {}};
}

}  // namespace

// RFC 9111, section 3.
StoringDecision decide_storing(const StoringInput& input) {
  const Facts facts = facts_of(input);
  if (const Reason reason = refusal_by_request(input); reason != Reason::none) return refused(reason);
  if (const Reason reason = refusal_by_status(facts); reason != Reason::none) return refused(reason);
  if (is_stream(input.response.fields)) return refused(Reason::stream);
  if (const Reason reason = refusal_by_directives(facts); reason != Reason::none) return refused(reason);
  const Freshness freshness = freshness_of(facts);
  const Reason shared = refusal_by_sharing(facts, freshness.by_route);
  if (shared != Reason::none) return refused(shared);
  if (has_too_many_tags(input.route, input.response.fields)) return refused(Reason::too_many_tags);
  const Lifetimes lifetimes = lifetimes_of(facts, freshness);
  const Reason useless = refusal_as_useless(facts, lifetimes, freshness.lifetime.has_value());
  if (useless != Reason::none) return refused(useless);
  if (input.size > input.max_object) return refused(Reason::too_large);
  if (yields_to_stored(input, freshness.by_route)) return refused(Reason::status);
  return {Reason::none, lifetimes};
}

// RFC 9111, section 4.3.3: a 304 belongs to what is stored; 416 is about a part.
bool is_storable_status(int status, bool as_part) {
  if (as_part || status == 206) return as_part && status == 206;
  // RFC 9111, section 3.1: a 407 would be stored without its challenge.
  if (status == 407) return false;
  // What a 226 holds depends on A-IM, which Vary need not name (RFC 3229, section 10.4.1).
  if (status == 226) return false;
  // 508 (Loop Detected) is about the way that one request took (RFC 5842, section 7.2).
  return status >= 200 && status <= 599 && status != 304 && status != 416 && status != 508;
}

// RFC 9110, section 9.3.3.
bool answers_later_gets(const http::Target& target, const http::ResponseHead& response, Time response_time) {
  if (response.status != 200 || response.fields.count("Content-Location") != 1) return false;
  const auto location = http::resolve(target, trim(response.fields.find("Content-Location").value_or("")));
  return location && *location == target && stated_freshness(response, response_time).has_value();
}

http::FieldList storable_fields(const http::ResponseHead& response) {
  return storable_lines(response.fields);
}

}  // namespace larder::policy
