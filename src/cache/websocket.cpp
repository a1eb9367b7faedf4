#include "annotate.hpp"
#include "transaction.hpp"

#include <larder/cache/cache_handler.hpp>
#include <larder/pipeline/problem.hpp>
#include <larder/policy/forwarding.hpp>
#include <larder/policy/websocket.hpp>

namespace larder::cache {

using pipeline::Response;

/// A handshake goes to the origin as it is. Only where that accepts it does the connection become a tunnel:
/// what the client sent behind it waits until then, and is the next request where there is none.
Task<Result<Response>> CacheHandler::open_websocket(Transaction& transaction) {
  const Outcome outcome{.result = pipeline::CacheResult::bypass, .why = policy::Reason::upgrade};
  Result<pipeline::Request> request = forwarded(transaction, false);
  if (!request) co_return annotated(pipeline::request_problem(request.error()), outcome);
  request->opens_websocket = true;
  request->departure = transaction.request.departure;
  Result<Response> response = co_await origin_.handle(*request);
  const bool is_refused = response && response->tunnel &&
                          !policy::accepts_websocket(transaction.request.head.fields, response->head);
  if (is_refused) response = Error::malformed;
  if (!response) co_return annotated(pipeline::origin_problem(response.error()), outcome);
  forward_fields(response->head, false);
  annotate(*response, outcome);
  co_return response;
}

}  // namespace larder::cache
