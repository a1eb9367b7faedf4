#pragma once

#include <larder/base/clock.hpp>
#include <larder/base/task.hpp>

namespace larder::net {

/// Suspends the calling coroutine until `time`, on its own event loop.
Task<> sleep_until(SteadyTime time);

/// The time, some milliseconds ago: for deadlines that are seconds away and set often.
SteadyTime now_about();

}  // namespace larder::net
