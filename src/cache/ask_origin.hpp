#pragma once

#include "context.hpp"
#include "transaction.hpp"

namespace larder::cache {

/// Sends a transaction's request to the origin. It notes when it was sent and answered, tells how long that
/// took, and passes interim responses on. `request` outlives the call.
Task<Result<pipeline::Response>> ask_origin(const Context& context, Transaction& transaction,
                                            pipeline::Request& request);

}  // namespace larder::cache
