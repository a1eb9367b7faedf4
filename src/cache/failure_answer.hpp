#pragma once

#include "annotate.hpp"
#include "context.hpp"
#include "shared_fill.hpp"

namespace larder::cache {

/// What is stored, in place of an error, if it or the request allows that (policy::decide_on_failure()).
/// `origin_status` is nothing if the origin gave no answer at all, `was_asked` false if it had no room for
/// the request.
std::optional<pipeline::Response> stand_in(const Context& context, const Transaction& transaction,
                                           std::optional<int> origin_status, bool was_asked = true);

/// What a request gets when the fetch that it waited for has failed: what is stored, if that may stand in,
/// else the failure, annotated with `told`. That is 502, 503 or 504, or the origin's status; 504 too if what
/// is stored must be validated and cannot be (RFC 9111, section 5.2.2.2).
pipeline::Response answer_failure(const Context& context, const Transaction& transaction,
                                  const FillFailure& failure, Outcome told);

}  // namespace larder::cache
