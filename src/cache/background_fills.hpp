#pragma once

#include "tasks.hpp"

#include <memory>
#include <set>
#include <string>

namespace larder::cache {

/// The fills that go on after their answers were given: one at a time for a key, and a bounded number in all.
/// Of one worker, as its cache handler.
class BackgroundFills {
 public:
  static constexpr std::size_t most_at_once = 64;

  /// Whether start() would start a fill for that key.
  bool has_room(const std::string& key) const { return tasks_.has_room() && !keys_->contains(key); }

  /// Runs a fill on its own. Its failure is dropped: the next request finds things as they were.
  void start(const boost::asio::any_io_executor& executor, const std::string& key, Task<> fill) {
    if (!keys_->insert(key).second) return;
    tasks_.start(executor, std::move(fill), [keys = keys_, key] { keys->erase(key); });
  }

  /// Ends all that runs. On the loop; by the time it runs dry they are gone.
  void stop() { tasks_.stop(); }

 private:
  Tasks tasks_{most_at_once};
  std::shared_ptr<std::set<std::string>> keys_ = std::make_shared<std::set<std::string>>();
};

}  // namespace larder::cache
