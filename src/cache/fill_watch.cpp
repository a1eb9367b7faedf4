#include "fill_watch.hpp"

#include <algorithm>
#include <utility>

namespace larder::cache {
namespace {

/// How late an end may be.
constexpr Milliseconds look_every{250};

bool is_overdue(const FillWatch::Watched& watched, SteadyTime now) {
  const std::shared_ptr<SharedFill> fill = watched.fill.lock();
  if (fill == nullptr) return false;
  if (now >= watched.deadline && fill->is_kept()) return true;
  if (watched.unread_at_most == Milliseconds{0}) return false;
  const std::optional<SteadyTime> since = fill->unread_since();
  return since && now - *since >= watched.unread_at_most;
}

}  // namespace

void FillWatch::add(const boost::asio::any_io_executor& executor, Watched watched) {
  state_->watched.push_back(std::move(watched));
  if (std::exchange(state_->is_looking, true)) return;
  runner_.start(executor, run(state_, std::make_shared<Sleeper>(executor)));
}

Task<> FillWatch::run(std::shared_ptr<State> state, std::shared_ptr<Sleeper> sleeper) {
  List& watched = state->watched;
  while (!watched.empty()) {
    Milliseconds pause = look_every;
    for (const Watched& each : watched) {
      if (each.unread_at_most != Milliseconds{0}) pause = std::min(pause, each.unread_at_most);
    }
    co_await sleeper->sleep_until(steady_now() + pause);
    const SteadyTime now = steady_now();
    List overdue;
    std::erase_if(watched, [&](Watched& each) {
      if (each.task.expired()) return true;
      if (!is_overdue(each, now)) return false;
      overdue.push_back(std::move(each));
      return true;
    });
    // The callback of an end may add another fill: the list is not in use meanwhile.
    for (const Watched& each : overdue) Tasks::end(each.task);
  }
  state->is_looking = false;
}

}  // namespace larder::cache
