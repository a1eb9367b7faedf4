#pragma once

#include <chrono>
#include <thread>

namespace larder::test {

/// Polls until `condition` holds; false if it still does not after `limit`. For what other processes do,
/// which cannot be waited for.
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
