#include "annotate.hpp"

#include <larder/http/cache_status.hpp>
#include <larder/pipeline/access_log.hpp>

namespace larder::cache {
namespace {

using policy::Reason;

/// The `fwd` parameter for a reason not to serve from cache (RFC 9211, section 2.2).
std::string_view forward_reason(Reason why) {
  switch (why) {
    case Reason::none:
      return {};
    case Reason::method:
      return "method";
    case Reason::absent:
      return "uri-miss";
    case Reason::vary:
      return "vary-miss";
    case Reason::partial:
      return "partial";
    case Reason::purged:
    case Reason::outage:
      return "miss";
    case Reason::stale:
    case Reason::no_cache:
    case Reason::soft_purged:
      return "stale";
    case Reason::request_no_cache:
    case Reason::request_max_age:
    case Reason::request_min_fresh:
      return "request";
    default:
      return "bypass";
  }
}

/// Whether `fwd` alone says it all.
bool needs_detail(Reason why) {
  return why != Reason::none && why != Reason::method && why != Reason::absent && why != Reason::vary &&
         why != Reason::stale && why != Reason::partial;
}

std::string_view detail_of(const Outcome& outcome) {
  if (policy::is_failure(outcome.refusal)) return policy::token_of(outcome.refusal);
  if (needs_detail(outcome.why)) return policy::token_of(outcome.why);
  if (outcome.refusal != Reason::none) return policy::token_of(outcome.refusal);
  return {};
}

std::string join(const policy::TagsView& tags) {
  std::string text(tags.site);
  text += tags.path;
  for (const std::string_view name : tags.names) text.append(" ").append(name);
  return text;
}

// RFC 9211, section 2.4: below 0 for what is stale, as it is from the moment on at which nothing of its
// lifetime is left (RFC 9111, section 4.2). A cache further out goes by that.
Seconds told_ttl(Milliseconds remaining) {
  if (remaining == Milliseconds{0}) return Seconds{-1};
  return std::chrono::floor<Seconds>(remaining);
}

void add_cache_status(http::FieldList& fields, const http::CacheStatus& status) {
  fields.add_written("Cache-Status", [&](std::string& out) { http::append_cache_status(out, status); });
}

/// Returns the detail of Cache-Status.
std::string_view add_result(pipeline::Response& response, const Outcome& outcome) {
  response.cache_result = outcome.result;
  response.is_stored = outcome.stored;
  // Another cache's word about its own doing, further in, is not ours: the first word is larder's.
  response.head.fields.set("X-Cache", pipeline::word_of(outcome.result));
  const std::string_view detail = detail_of(outcome);
  response.reason = detail;
  if (detail.empty() && outcome.why != Reason::none) response.reason = policy::token_of(outcome.why);
  return detail;
}

}  // namespace

void annotate(pipeline::Response& response, const Outcome& outcome) {
  http::CacheStatus status;
  status.detail = add_result(response, outcome);
  // RFC 9211, section 2.1: a stale response is a hit where the origin was not asked for it.
  status.hit = outcome.result == pipeline::CacheResult::hit ||
               (outcome.result == pipeline::CacheResult::stale && outcome.why == Reason::none);
  if (!status.hit) status.fwd = forward_reason(outcome.why);
  status.fwd_status = outcome.origin_status;
  if (outcome.ttl) status.ttl = told_ttl(*outcome.ttl);
  status.stored = outcome.stored;
  status.collapsed = outcome.collapsed;
  add_cache_status(response.head.fields, status);
}

pipeline::Response annotated(pipeline::Response response, const Outcome& outcome) {
  // A problem may know better.
  const std::string_view own_reason = response.reason;
  const std::string_view detail = add_result(response, outcome);
  if (!own_reason.empty()) response.reason = own_reason;
  // RFC 9211, section 2: a member tells how a cache handled a request, not why a gateway got no answer.
  const bool is_gateways =
      outcome.refusal != Reason::none && (response.head.status == 502 || response.head.status == 504);
  if (!detail.empty() && !is_gateways) add_cache_status(response.head.fields, {.detail = detail});
  return response;
}

void annotate_debug(pipeline::Response& response, const Transaction& transaction,
                    const std::optional<policy::TagsView>& tags, std::optional<Milliseconds> ttl) {
  if (!transaction.route().debug) return;
  if (!transaction.key.text.empty()) response.head.fields.add("X-Cache-Key", transaction.key.text);
  if (tags) response.head.fields.add("X-Cache-Tags", join(*tags));
  if (ttl) response.head.fields.add("X-Cache-TTL", std::to_string(told_ttl(*ttl).count()));
}

}  // namespace larder::cache
