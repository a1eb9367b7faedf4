#include "purging.hpp"

#include <larder/cache/settings.hpp>

namespace larder::cache {
namespace {

/// Without the query, which should not be kept.
std::string reason_of(const pipeline::Request& request) {
  const http::Target& target = request.target;
  return request.head.method + ' ' + target.scheme + "://" + target.authority() + target.path;
}

}  // namespace

store::PurgeBatch batch_of(const Transaction& transaction, const http::ResponseHead* told,
                           const policy::PurgeExtent& extent) {
  return {
      .purges = policy::purges_of(transaction.route(), transaction.match.captures, transaction.request.target,
                                  transaction.request.head, told, extent, transaction.settings->sites),
      .why = reason_of(transaction.request)};
}

Task<pipeline::Response> answer_purge(store::PurgeLog& log, const pipeline::Request& request) {
  store::PurgeBatch batch{.purges = policy::purges_of_target(request.target), .why = reason_of(request)};
  const std::optional<store::Position> position = co_await log.append(std::move(batch));
  pipeline::Response answer;
  // Accepted: it counts here, and waits for Redis to tell the others.
  answer.head.status = position ? 200 : 202;
  answer.head.fields.add("Content-Type", "application/json");
  answer.body = pipeline::Body(Bytes::copy_of("{\"purged\":true}\n"));
  co_return answer;
}

}  // namespace larder::cache
