// How many fills an upstream is asked for at once.
#include "annotate.hpp"
#include "turnstile.hpp"
#include "visit.hpp"

#include <larder/cache/cache_handler.hpp>
#include <larder/pipeline/problem.hpp>

namespace larder::cache {

/// Waits until the upstream may be asked; false where that takes too long, or too many wait.
Task<bool> CacheHandler::pass_turnstile(Visit& visit) {
  if (visit.pass) co_return true;
  Turnstile* const turnstile = commons_.turnstile(visit.route().upstream);
  if (turnstile == nullptr) co_return true;
  visit.pass = turnstile->try_enter();
  if (!visit.pass) visit.pass = co_await turnstile->enter();
  co_return visit.pass.has_value();
}

/// The answer where the upstream must not be asked now: what is stale, where that is allowed, else 503.
pipeline::Response CacheHandler::refuse_busy(const Visit& visit, policy::Reason why) {
  std::optional<pipeline::Response> stale = stand_in(visit, why, std::nullopt);
  if (stale) return std::move(*stale);
  pipeline::Response answer = pipeline::problem(503, "The upstream is busy.");
  answer.head.fields.add("Retry-After", "1");
  return annotated(std::move(answer),
                   {.result = pipeline::CacheResult::miss, .why = why, .refusal = policy::Reason::busy});
}

}  // namespace larder::cache
