#include "demands.hpp"

#include <larder/http/list.hpp>
#include <larder/policy/credentials.hpp>

#include <algorithm>

namespace larder::policy {
namespace {

// Whether neither side insists on asking the origin, fresh or not (RFC 9111, sections 5.2.1 and 5.2.2.4).
bool allows_unvalidated(const http::CacheControl& asked, const Lifetimes& stored) {
  return !stored.no_cache && !asked.no_cache && !asked.max_age && !asked.min_fresh;
}

bool lifts_validation(const Route& route, const http::RequestHead& request, const Lifetimes& stored) {
  if (!route.stale_if_error || !route.stale_if_error->overrides) return false;
  return unkeyed_credential(route, request, {stored.allows_credentials, false}) == Reason::none;
}

}  // namespace

http::CacheControl request_directives(const Route& route, const http::FieldList& fields) {
  if (!route.honor_request_directives) return {};
  http::CacheControl control = http::parse_cache_control(fields);
  // RFC 9111, section 5.4: Pragma: no-cache counts if there is no Cache-Control.
  if (!control.present && http::list_contains(fields, "Pragma", "no-cache")) control.no_cache = true;
  return control;
}

Reason unmet_demand(const http::CacheControl& asked, Milliseconds age, Milliseconds remaining, Trace* trace) {
  if (note(trace, Rule::request_no_cache, asked.no_cache)) return Reason::request_no_cache;
  // Section 5.2.1.1. A max-age=0 is how clients ask for validation: an age of less than a second does not
  // pass.
  if (asked.max_age) {
    const bool is_too_old = age > *asked.max_age || *asked.max_age == Seconds{0};
    if (note(trace, Rule::request_max_age, is_too_old, age, *asked.max_age)) return Reason::request_max_age;
  }
  // Section 5.2.1.3.
  if (asked.min_fresh) {
    const bool is_too_short = remaining < *asked.min_fresh && remaining > Milliseconds{0};
    if (note(trace, Rule::request_min_fresh, is_too_short, remaining, *asked.min_fresh)) {
      return Reason::request_min_fresh;
    }
  }
  return Reason::none;
}

bool accepts_stale(const http::CacheControl& asked, const Lifetimes& stored, Milliseconds staleness) {
  if (stored.must_revalidate || asked.min_fresh) return false;
  return asked.max_stale_any || (asked.max_stale && staleness <= *asked.max_stale);
}

bool allows_stale(const http::CacheControl& asked, const Lifetimes& stored) {
  return !stored.must_revalidate && allows_unvalidated(asked, stored);
}

bool may_serve_on_error(const Route& route, const http::RequestHead& request, const Lifetimes& stored,
                        Time now, Trace* trace) {
  const http::CacheControl asked = request_directives(route, request.fields);
  const Milliseconds remaining = remaining_freshness(stored, now);
  if (remaining > Milliseconds{0} && allows_unvalidated(asked, stored)) {
    return note(trace, Rule::fresh, true, stored.freshness - remaining, stored.freshness);
  }
  const bool is_lifted = stored.must_revalidate && lifts_validation(route, request, stored);
  const Milliseconds wanted = is_lifted ? Seconds{0} : asked.stale_if_error.value_or(Seconds{0});
  const Milliseconds window = std::max(stored.stale_if_error, wanted);
  const bool is_allowed = is_lifted ? allows_unvalidated(asked, stored) : allows_stale(asked, stored);
  return note(trace, Rule::stale_if_error, is_allowed && -remaining < window, -remaining, window);
}

}  // namespace larder::policy
