#pragma once

#include <larder/pipeline/handler.hpp>
#include <larder/policy/response_rule.hpp>

namespace larder::cache {

/// Does to the fields of a response what its route says, as the last of all: what is stored, and what was
/// decided by, is what the origin wrote.
void apply(const policy::ResponseRule& rule, pipeline::Response& response);

}  // namespace larder::cache
