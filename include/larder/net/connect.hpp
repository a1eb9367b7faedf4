#pragma once

#include <larder/net/endpoint.hpp>
#include <larder/net/stream.hpp>

#include <memory>

namespace larder::net {

/// Resolves and connects, on the event loop of the calling coroutine, trying each address in turn until
/// `deadline`. Error::unavailable where nobody answers, Error::timeout past the deadline. The stream comes
/// without a deadline.
Task<Result<std::unique_ptr<Stream>>> connect(Endpoint endpoint, SteadyTime deadline);

}  // namespace larder::net
