#pragma once

#include "context.hpp"

#include <larder/pipeline/handler.hpp>
#include <larder/store/stored_response.hpp>

namespace larder::cache {

// Parts of what is not stored as a whole (RFC 9111, sections 3.3 and 3.4).

/// A 206 to the client's own Range: kept as a part, together with what is stored of the same representation.
/// If that makes it whole it is stored as such, and answers every later request.
Task<pipeline::Response> take_part(const Context& context, Transaction& transaction,
                                   pipeline::Response response);

/// Makes the answer to RestOfPart the whole response; false if it is about a part, and not about the rest of
/// the stored one.
bool complete(const Context& context, Transaction& transaction, const store::StoredResponsePtr& part,
              pipeline::Response& response);

}  // namespace larder::cache
