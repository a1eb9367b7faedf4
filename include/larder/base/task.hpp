#pragma once

#include <larder/base/coroutine_memory.hpp>

#include <boost/asio/awaitable.hpp>

namespace larder {

/// A coroutine that runs on its worker's event loop. It starts when awaited and ends with its awaiter.
template <class T = void>
using Task = boost::asio::awaitable<T>;

}  // namespace larder
