#include "demands.hpp"

#include <larder/http/list.hpp>

#include <algorithm>

namespace larder::policy {
namespace {

// Whether neither side insists on asking the origin, fresh or not (RFC 9111, sections 5.2.1 and 5.2.2.4).
bool allows_unvalidated(const http::CacheControl& asked, const Lifetimes& stored) {
  return !stored.no_cache && !asked.no_cache && !asked.max_age && !asked.min_fresh;
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

bool may_serve_on_error(const http::CacheControl& asked, const Lifetimes& stored, Time now, Trace* trace) {
  const Milliseconds remaining = remaining_freshness(stored, now);
  if (remaining > Milliseconds{0} && allows_unvalidated(asked, stored)) {
    return note(trace, Rule::fresh, true, stored.freshness - remaining, stored.freshness);
  }
  const Milliseconds window =
      std::max<Milliseconds>(stored.stale_if_error, asked.stale_if_error.value_or(Seconds{0}));
  return note(trace, Rule::stale_if_error, allows_stale(asked, stored) && -remaining < window, -remaining,
              window);
}

}  // namespace larder::policy
