#pragma once

#include "transaction.hpp"

#include <larder/base/task.hpp>
#include <larder/policy/purge.hpp>
#include <larder/store/purge_log.hpp>

namespace larder::cache {

/// What an unsafe request purges, as one record of the log. `told`: the head of its response, if that says
/// what else is purged.
store::PurgeBatch batch_of(const Transaction& transaction, const http::ResponseHead* told,
                           const policy::PurgeExtent& extent);

/// PURGE from an address that may: answered here, as `larder purge` would be.
Task<pipeline::Response> answer_purge(store::PurgeLog& log, const pipeline::Request& request);

}  // namespace larder::cache
