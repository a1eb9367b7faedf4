#pragma once

#include "transaction.hpp"

namespace larder::cache {

/// Takes out of a request what the origin is not to see, and says why it must not be answered from cache. May
/// be called again.
Result<policy::Reason> open(const Transaction& transaction);

/// Holds a request's content to what its route allows: Error::too_large if it says itself that it is larger.
Result<> bound_content(const Transaction& transaction);

/// Whether the request is signed, and what is sent for others would not be what was signed.
bool goes_as_written(const Transaction& transaction);

}  // namespace larder::cache
