#include "purging.hpp"

#include <larder/cache/settings.hpp>
#include <larder/policy/folded_path.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace larder::cache {
namespace {

/// Without the query, which should not be kept.
std::string reason_of(const pipeline::Request& request) {
  const http::Target& target = request.target;
  return request.head.method + ' ' + target.scheme + "://" + target.authority() + target.path;
}

/// What is named by the route that takes the path once it is folded, if that is another path: an origin that
/// reads it so has changed what that route is about.
std::vector<policy::Purge> purges_of_folded(const Transaction& transaction) {
  http::Target folded = transaction.request.target;
  folded.path = policy::folded_path(folded.path);
  if (folded.path == transaction.request.target.path) return {};
  const auto match = transaction.settings->routes.match(transaction.request.head, folded);
  if (!match) return {};
  return policy::purges_of_rules(*match->route, match->captures, folded);
}

}  // namespace

store::PurgeBatch batch_of(const Transaction& transaction, const http::ResponseHead* told,
                           const policy::PurgeExtent& extent) {
  std::vector<policy::Purge> purges = policy::purges_of(
      transaction.route(), transaction.match.captures, transaction.request.target, transaction.request.head,
      told, extent, transaction.settings->sites, transaction.settings->routes.suffixes());
  if (extent.related && !transaction.route().purge.none) {
    std::ranges::move(purges_of_folded(transaction), std::back_inserter(purges));
  }
  return {.purges = std::move(purges), .why = reason_of(transaction.request)};
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
