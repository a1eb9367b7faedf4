#pragma once

#include "collapser.hpp"
#include "context.hpp"
#include "fetcher.hpp"

#include <optional>
#include <string>

namespace larder::cache {

/// One fetch for all requests for the same (RFC 9111, section 4, on collapsed requests), on every worker and,
/// by a lease in Redis, on every instance.
class Collapsing {
 public:
  Collapsing(const Context& context, Fetcher& fetcher) : context_(context), fetcher_(fetcher) {}

  /// What is not stored, or must be validated: fetched, or waited for if it is being fetched already.
  /// Error::canceled: no client waits for it here, and another instance fetches.
  Task<Fetched> answer(Transaction& transaction);

  /// Whether responses under the request's key are known not to be for others.
  bool is_hit_for_miss(const Transaction& transaction) const;

 private:
  Task<Fetched> fetch(Transaction& transaction);
  Milliseconds longest_wait(const Transaction& transaction) const;
  bool needs_lease(const Transaction& transaction) const;
  JoinResult enter(const Transaction& transaction, const std::string& key,
                   const store::PurgeLog::Mark& arrival, const SharedFill* unusable);
  bool is_outdated(const Transaction& transaction, const SharedFill& fill,
                   const store::PurgeLog::Mark& arrival) const;
  std::optional<pipeline::Response> share(const Transaction& transaction,
                                          const std::shared_ptr<SharedFill>& fill, const FillSnapshot& seen,
                                          const store::PurgeLog::Mark& arrival);
  bool may_lead_anew(const SharedFill& fill, const FillSnapshot& seen,
                     const store::PurgeLog::Mark& arrival) const;
  bool is_purged_for(const SharedFill& fill, const store::StoredResponse& response,
                     const store::PurgeLog::Mark& arrival) const;
  std::optional<pipeline::Response> share_failure(const Transaction& transaction, const FillFailure& failure);
  Task<Fetched> lead(Transaction& transaction);

  const Context& context_;
  Fetcher& fetcher_;
};

}  // namespace larder::cache
