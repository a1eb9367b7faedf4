#pragma once

#include <chrono>
#include <thread>

namespace larder::test {

/// Polls until `condition` holds; false when it still does not after `limit`. For other processes' doings,
/// where nothing can be waited on.
template <class Condition>
bool eventually(Condition condition, std::chrono::milliseconds limit = std::chrono::seconds(10)) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace larder::test
