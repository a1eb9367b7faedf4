// How many fills an upstream is asked for at once.
#include "annotate.hpp"
#include "fill_limiter.hpp"
#include "transaction.hpp"

#include <larder/cache/cache_handler.hpp>
#include <larder/pipeline/problem.hpp>

namespace larder::cache {

/// Waits until the upstream may be asked; false where that takes too long, or too many wait.
Task<bool> CacheHandler::acquire_permit(Transaction& transaction) {
  if (transaction.permit) co_return true;
  FillLimiter* const limiter = coordinator_.limiter(transaction.route().upstream);
  if (limiter == nullptr) co_return true;
  transaction.permit = limiter->try_acquire();
  if (!transaction.permit) transaction.permit = co_await limiter->acquire();
  co_return transaction.permit.has_value();
}

/// The answer where the upstream must not be asked now: what is stale, where that is allowed, else 503.
pipeline::Response CacheHandler::refuse_busy(const Transaction& transaction, policy::Reason why) {
  std::optional<pipeline::Response> stale = stand_in(transaction, why, std::nullopt);
  if (stale) return std::move(*stale);
  pipeline::Response answer = pipeline::problem(503, "The upstream is busy.");
  answer.head.fields.add("Retry-After", "1");
  return annotated(std::move(answer),
                   {.result = pipeline::CacheResult::miss, .why = why, .refusal = policy::Reason::busy});
}

}  // namespace larder::cache
