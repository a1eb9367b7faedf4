#pragma once

#include "annotate.hpp"
#include "shared_fill.hpp"
#include "transaction.hpp"

#include <larder/pipeline/handler.hpp>
#include <larder/store/stored_response.hpp>

namespace larder::cache {

/// The response to a GET or HEAD made from a stored one, nothing copied: whole, 304 where the client's
/// validators match, or what its Range asks for (206 or 416); Age is its current age (RFC 9111, section 5.1).
pipeline::Response serve(const Transaction& transaction, const store::StoredResponsePtr& stored,
                         Outcome outcome, Time now);

/// The same, written into a response that comes clear.
void serve(const Transaction& transaction, const store::StoredResponsePtr& stored, const Outcome& outcome,
           Time now, pipeline::Response& response);

/// The response to a GET with a Range made from a stored part; nothing where that does not hold what is asked
/// for.
std::optional<pipeline::Response> serve_part(const Transaction& transaction,
                                             const store::StoredResponsePtr& part, Time now);

/// The response to a GET or HEAD made from one that is still arriving, which the client reads as it comes:
/// otherwise as serve(). Nothing for a Range while the length is unknown.
std::optional<pipeline::Response> serve_arriving(const Transaction& transaction,
                                                 const std::shared_ptr<SharedFill>& fill,
                                                 const FillSnapshot& now_there, Outcome outcome, Time now);

}  // namespace larder::cache
