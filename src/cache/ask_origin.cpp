#include "ask_origin.hpp"

#include "interim.hpp"

namespace larder::cache {
namespace {

/// Adds how long the upstream was waited for, if anybody wants to know.
void tell_upstream_time(const Transaction& transaction, SteadyTime asked) {
  if (transaction.request.telling == nullptr) return;
  transaction.request.telling->upstream +=
      std::chrono::duration_cast<std::chrono::microseconds>(steady_now() - asked);
}

}  // namespace

Task<Result<pipeline::Response>> ask_origin(const Context& context, Transaction& transaction,
                                            pipeline::Request& request) {
  ForwardedInterim interim(transaction.request.interim);
  request.interim = interim.get();
  transaction.request_time = context.clock.now();
  const SteadyTime asked = steady_now();
  Result<pipeline::Response> response = co_await context.origin.handle(request);
  // No more of them come, and their sink ends here.
  request.interim = nullptr;
  tell_upstream_time(transaction, asked);
  transaction.response_time = context.clock.now();
  co_return response;
}

}  // namespace larder::cache
