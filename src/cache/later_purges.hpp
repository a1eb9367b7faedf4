#pragma once

#include "sleeper.hpp"
#include "tasks.hpp"

#include <larder/base/clock.hpp>
#include <larder/base/task.hpp>
#include <larder/pipeline/handler.hpp>
#include <larder/store/purge_log.hpp>

#include <list>
#include <memory>

namespace larder::cache {

/// Purges that are made some seconds after the first one: a write of unknown outcome may be applied once its
/// server comes to it, and one that was answered early may go out whole yet. Of one worker, on its loop.
///
///   while             | a write of unknown outcome      | one answered early
///   the worker runs   | at its time                     | at its time, if it went out whole by then
///   it drains         | at once; a new one at its time  | at once if it went out whole; else at its time
///   it stops          | at once                         | at once if it went out whole; else never
class LaterPurges {
 public:
  /// Bytes of what waits, about: past it the oldest are made early, as where too many wait.
  static constexpr std::size_t most_held = 16u << 20;

  explicit LaterPurges(store::PurgeLog& log) : log_(log) {}

  /// Purges at `time`; `only_if_whole`: only if that was delivered whole by then, nullptr: in any case.
  Task<> start(SteadyTime time, store::PurgeBatch batch,
               std::shared_ptr<const pipeline::Delivery> only_if_whole);

  /// The worker is about to end, and with it what waits here: that is purged now, rather early than never.
  void drain();

  /// Makes the last of them. None waits any more from now on; by the time the loop runs dry they are made.
  void stop();

 private:
  struct Waiting {
    SteadyTime time;
    std::shared_ptr<const pipeline::Delivery> only_if_whole;
    std::shared_ptr<Sleeper> sleeper;
    std::size_t size;  // of the batch
    bool is_hurried = false;

    bool may_purge() const { return only_if_whole == nullptr || only_if_whole->is_whole; }
  };

  Task<> run(std::shared_ptr<Waiting> waiting, store::PurgeBatch batch);
  void hurry(Waiting& waiting);
  void wake_all();
  bool hurry_oldest();

  store::PurgeLog& log_;
  std::list<std::shared_ptr<Waiting>> waiting_;
  std::size_t held_ = 0;  // bytes of those that are not hurried
  bool is_stopped_ = false;
  // As many writes of unknown outcome as an outage of the origin makes.
  Tasks tasks_{16'384};
};

}  // namespace larder::cache
