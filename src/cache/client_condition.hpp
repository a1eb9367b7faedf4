#pragma once

#include "transaction.hpp"

#include <larder/base/result.hpp>
#include <larder/base/task.hpp>
#include <larder/pipeline/handler.hpp>

namespace larder::cache {

// A client's own condition is kept from the origin, whose answer may be shared: it is evaluated here
// (RFC 9110, section 13.2.1).

/// Makes a 304 of a 200 that the client has already. `reads`: the content is read to its end first, so that
/// the response is stored; an error if it is incomplete.
Task<Result<>> leave_out_content(pipeline::Response& response, bool reads);

/// The same for a 200 that is not stored, if the client's condition says so. What more than the content the
/// client would miss is passed on, and so is content that would have to be read for long.
Task<> spare_content(const Transaction& transaction, pipeline::Response& response);

}  // namespace larder::cache
