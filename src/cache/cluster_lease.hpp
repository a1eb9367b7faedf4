#pragma once

#include "context.hpp"

#include <larder/base/result.hpp>

namespace larder::cache {

/// One fetch for all instances that share a Redis: agrees with the others on which fetches what this
/// transaction leads. With the lease held, or without one if Redis does not answer in time, the result is
/// nothing, and this one fetches. Else it is what the other one has stored. Error::canceled: another one does
/// it, and no client waits here.
Task<Result<store::StoredResponsePtr>> acquire_cluster_lease(const Context& context,
                                                             Transaction& transaction);

/// Whether what was stored meanwhile answers the request: it is not what the request is to replace.
bool is_usable(const Context& context, const Transaction& transaction, const store::StoredResponsePtr& found);

}  // namespace larder::cache
