#pragma once

#include "annotate.hpp"
#include "visit.hpp"

#include <larder/pipeline/handler.hpp>
#include <larder/store/stored_response.hpp>

namespace larder::cache {

/// The response to a GET or HEAD made from a stored one, nothing copied: whole, or 304 where the client's
/// validators match; Age is its current age (RFC 9111, section 5.1).
pipeline::Response serve(const Visit& visit, const store::StoredResponsePtr& stored, Outcome outcome,
                         Time now);

}  // namespace larder::cache
