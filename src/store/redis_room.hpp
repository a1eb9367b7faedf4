#pragma once

#include <larder/base/clock.hpp>
#include <larder/base/task.hpp>
#include <larder/redis/availability.hpp>
#include <larder/redis/redis.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace larder::store {

/// The percentage of its maxmemory that a Redis uses, by what it answers to `INFO memory`; nothing if it has
/// no maxmemory, or does not say.
std::optional<double> used_percentage(std::string_view info);

/// Whether there is room for new responses in Redis: what it uses of its maxmemory, asked again after a
/// second while something is written. One for each thread, like its tier.
class RedisRoom final {
 public:
  static constexpr Milliseconds look_again_after{1'000};
  /// Below the limit by so much there is room again: so that what is near it is not told again and again.
  static constexpr double percentage_of_rest = 2;

  /// Past `most` percent there is no room; 100: there always is. `news` may be nullptr.
  RedisRoom(redis::Redis& redis, unsigned most, std::shared_ptr<redis::Availability> news)
      : redis_(redis), most_(most), news_(std::move(news)) {}

  /// As far as is known, of the node that gets a command on that name.
  bool has_room(std::string_view name) const;

  /// Asks that node, if it has not been asked for a while. On the thread's loop; does not wait.
  void look(std::string_view name, const boost::asio::any_io_executor& executor);

 private:
  struct Node {
    SteadyTime looked;
    bool is_full = false;
  };
  static constexpr std::size_t most_nodes = 1'024;

  Task<> ask(std::string name, std::uint64_t node);
  void tell(bool is_full) const;

  redis::Redis& redis_;
  const unsigned most_;
  const std::shared_ptr<redis::Availability> news_;
  std::map<std::uint64_t, Node> nodes_;
};

}  // namespace larder::store
