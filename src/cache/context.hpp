#pragma once

#include "kept_content.hpp"
#include "transaction.hpp"

#include <larder/base/clock.hpp>
#include <larder/cache/fill_coordinator.hpp>
#include <larder/pipeline/handler.hpp>
#include <larder/store/leases.hpp>
#include <larder/store/purge_log.hpp>
#include <larder/store/store.hpp>

namespace larder::cache {

/// What the parts of one worker's cache use. All of it outlives them.
struct Context {
  store::Store& store;
  store::PurgeLog& log;
  pipeline::Handler& origin;
  const Clock& clock;
  FillCoordinator& coordinator;
  store::Leases* leases = nullptr;  ///< nullptr: fills are shared with no other instance
};

/// Where the content of the transaction's response goes, and for how long it may take to come.
Keeping keeping_of(const Context& context, const Transaction& transaction);

/// Counts the transaction's request, if its route stores from a later one for its key on and nothing is
/// stored there: `absence` says why there is nothing.
void count_use(const Context& context, Transaction& transaction, policy::Reason absence);

/// Whether so many have asked for it that it is stored.
bool has_uses(const Context& context, const Transaction& transaction);

/// What lies nearest under a key: in memory, or without that in Redis.
Task<store::StoredResponsePtr> find_nearest(const Context& context, std::string key,
                                            const http::FieldList& fields);

/// What ends the time in which each request fetches for itself: a response that is for others. Nothing if
/// the transaction was not in such a time.
std::function<Task<>()> end_of_hit_for_miss(const Context& context, const Transaction& transaction);

}  // namespace larder::cache
