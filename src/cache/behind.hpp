#pragma once

#include <larder/base/task.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <string>

namespace larder::cache {

/// The fills that go on behind answers already given: one at a time for a key, and so many in all. Of one
/// worker, as its cache handler.
class Behind {
 public:
  static constexpr std::size_t most_at_once = 64;

  /// Whether start() would start a fill for that key.
  bool has_room(const std::string& key) const;

  /// Runs a fill on its own. Its failure is nobody's: the next request finds things as they were.
  void start(const boost::asio::any_io_executor& executor, const std::string& key, Task<> fill);

  /// Ends all that runs. On the loop; by the time it runs dry they are gone.
  void stop();

 private:
  using Signal = std::shared_ptr<boost::asio::cancellation_signal>;
  using Running = std::map<std::string, Signal>;

  std::shared_ptr<Running> running_ = std::make_shared<Running>();  // a fill that ends may outlive us
};

}  // namespace larder::cache
