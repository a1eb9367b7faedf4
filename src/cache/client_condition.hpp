#pragma once

#include "transaction.hpp"

#include <larder/base/result.hpp>
#include <larder/base/task.hpp>
#include <larder/pipeline/handler.hpp>

#include <cstdint>

namespace larder::cache {

// A client's own condition is kept from the origin, whose answer may be shared: it is evaluated here
// (RFC 9110, section 13.2.1).

/// Makes a 304 of a 200 that the client has already. So many bytes of the content are read first, so that the
/// response is stored: an error if they are fewer than they should be. The rest is left with the origin.
Task<Result<>> leave_out_content(pipeline::Response& response, std::uint64_t reads_at_most);

/// The same for a 200 that is not stored, if the client's condition says so. What more than the content the
/// client would miss is passed on.
Task<> spare_content(const Transaction& transaction, pipeline::Response& response);

}  // namespace larder::cache
