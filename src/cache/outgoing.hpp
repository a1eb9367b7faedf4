#pragma once

#include "transaction.hpp"

#include <larder/pipeline/handler.hpp>

namespace larder::cache {

/// Leaves the cookies of the client alone that its route ignores: an answer to this request sets none of them
/// anew, unless the route has what sets cookies stored for everybody.
void keep_unseen_cookies(const Transaction& transaction, pipeline::Response& response);

/// Does to the fields of a response what its route says, as the last of all: what is stored, and what was
/// decided by, is what the origin wrote.
void write_outgoing(const policy::RouteMatch& match, const pipeline::Request& request,
                    pipeline::Response& response);

}  // namespace larder::cache
