#pragma once

#include <larder/base/task.hpp>

#include <boost/asio/post.hpp>

namespace larder::warm {

/// Lets requests on this loop go first.
inline Task<> yield() {
  co_await boost::asio::post(boost::asio::use_awaitable);
}

}  // namespace larder::warm
