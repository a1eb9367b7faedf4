#pragma once

#include "shared_fill.hpp"
#include "tasks.hpp"

#include <memory>
#include <vector>

namespace larder::cache {

/// Ends the fills of one worker that take too long: past their deadline while they are kept, or, if their
/// length is unknown, once their last reader has been gone for a while. On that worker's loop.
class FillWatch {
 public:
  /// One fill, and how it is ended.
  struct Watched {
    std::weak_ptr<SharedFill> fill;  ///< its content is not kept for the watch
    Tasks::Handle task;
    SteadyTime deadline;
    Milliseconds unread_at_most;  ///< 0: as long as it takes
  };

  void add(const boost::asio::any_io_executor& executor, Watched watched);

  /// On the loop; by the time it runs dry nothing is watched.
  void stop() { runner_.stop(); }

 private:
  using List = std::vector<Watched>;
  struct State {
    List watched;
    bool is_looking = false;
  };

  static Task<> run(std::shared_ptr<State> state, std::shared_ptr<Sleeper> sleeper);

  std::shared_ptr<State> state_ = std::make_shared<State>();
  Tasks runner_{1};
};

}  // namespace larder::cache
