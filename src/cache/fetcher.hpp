#pragma once

#include "content_sharing.hpp"
#include "context.hpp"
#include "fetch_plan.hpp"
#include "shared_fill.hpp"

#include <larder/base/result.hpp>
#include <larder/pipeline/handler.hpp>

#include <variant>

namespace larder::cache {

/// Outcome of a fetch: the response for the client of the request that fetched.
using Fetched = Result<pipeline::Response>;

/// Fetches from the origin for the cache: the answer may be shared, so the request sent depends on nothing
/// that the key does not hold. What comes is stored if it may be, and passed to the followers of the fill
/// that the transaction leads, if it leads one. Of one worker, on its loop.
class Fetcher {
 public:
  explicit Fetcher(const Context& context) : context_(context), sharing_(context) {}

  /// Asks the origin by one plan after the other until one leads to a response. Waits in a queue if the
  /// upstream has enough fills to answer.
  Task<Fetched> fetch(Transaction& transaction, FetchPlan plan);

  /// Ends the fills that go on without a client.
  void stop() { sharing_.stop(); }

 private:
  /// Outcome of one plan: a response, or what to ask next.
  using Step = std::variant<Fetched, FetchPlan>;

  Task<Step> ask(Transaction& transaction, FetchPlan plan);
  Task<bool> acquire_permit(Transaction& transaction);
  Step fail(Transaction& transaction, const FillFailure& failure);
  std::optional<pipeline::Response> hide_error(Transaction& transaction, const http::ResponseHead& head);
  Task<Step> take(Transaction& transaction, FetchPlan plan, pipeline::Response response);
  Task<Step> take_304(Transaction& transaction, store::StoredResponsePtr validated,
                      pipeline::Response response);
  Task<Fetched> take_new(Transaction& transaction, pipeline::Response response);
  Task<Fetched> store_new(Transaction& transaction, pipeline::Response response,
                          const policy::Lifetimes& lifetimes);

  const Context& context_;
  ContentSharing sharing_;
};

}  // namespace larder::cache
