#include "sleeper.hpp"

#include <larder/base/task.hpp>

#include <boost/asio/post.hpp>

namespace larder::cache {

Task<> Sleeper::sleep_until(SteadyTime deadline) {
  timer_.expires_at(deadline);
  co_await timer_.async_wait(awaiting);
}

Waker::Waker(Sleeper& sleeper)
    : executor_(sleeper.timer_.get_executor()), sleeper_(sleeper.weak_from_this()) {}

void Waker::wake() const {
  // Not locked here: the last owner would destroy the timer on a thread that is not its own.
  if (sleeper_.expired()) return;
  boost::asio::post(executor_, [weak = sleeper_] {
    if (const std::shared_ptr<Sleeper> sleeper = weak.lock()) sleeper->timer_.cancel();
  });
}

}  // namespace larder::cache
