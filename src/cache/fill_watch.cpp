#include "fill_watch.hpp"

#include <algorithm>

namespace larder::cache {
namespace {

/// How late an end may be.
constexpr Milliseconds look_every{250};

bool is_overdue(const FillWatch::Watched& watched, SteadyTime now) {
  if (now >= watched.deadline) return true;
  if (watched.unread_at_most == Milliseconds{0}) return false;
  const std::optional<SteadyTime> since = watched.fill->unread_since();
  return since && now - *since >= watched.unread_at_most;
}

}  // namespace

void FillWatch::add(const boost::asio::any_io_executor& executor, Watched watched) {
  watched_->push_back(std::move(watched));
  if (runner_.has_room()) runner_.start(executor, run(watched_, std::make_shared<Sleeper>(executor)));
}

Task<> FillWatch::run(std::shared_ptr<List> watched, std::shared_ptr<Sleeper> sleeper) {
  while (!watched->empty()) {
    Milliseconds pause = look_every;
    for (const Watched& each : *watched) {
      if (each.unread_at_most != Milliseconds{0}) pause = std::min(pause, each.unread_at_most);
    }
    co_await sleeper->sleep_until(steady_now() + pause);
    const SteadyTime now = steady_now();
    List overdue;
    std::erase_if(*watched, [&](Watched& each) {
      if (each.task.expired()) return true;
      if (!is_overdue(each, now)) return false;
      overdue.push_back(std::move(each));
      return true;
    });
    // What ends may want to be watched or not: the list is not looked at meanwhile.
    for (const Watched& each : overdue) Tasks::end(each.task);
  }
}

}  // namespace larder::cache
