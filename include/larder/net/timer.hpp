#pragma once

#include <larder/base/clock.hpp>
#include <larder/base/task.hpp>

namespace larder::net {

/// Suspends the calling coroutine until `time`, on its own event loop.
Task<> sleep_until(SteadyTime time);

}  // namespace larder::net
