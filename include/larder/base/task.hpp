#pragma once

#include <larder/base/coroutine_memory.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace larder {

/// A coroutine that runs on its worker's event loop. It starts when awaited and ends with its awaiter.
template <class T = void>
using Task = boost::asio::awaitable<T>;

/// What an asynchronous operation of Asio is given to be awaited: its error comes as a value, not thrown.
inline constexpr auto awaiting = boost::asio::as_tuple(boost::asio::use_awaitable);

}  // namespace larder
