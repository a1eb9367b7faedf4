#pragma once

#include <larder/base/clock.hpp>
#include <larder/redis/redis.hpp>

#include <map>
#include <string>
#include <string_view>

namespace larder::test {

/// As much of Redis as the tier in it asks of one, in this process and by the test's own clock: values that
/// expire. A command counts at once, in order; its reply comes in a later turn of the loop.
class FakeRedis final : public redis::Redis {
 public:
  explicit FakeRedis(const Clock& clock) : clock_(clock) {}

  void start() override {}
  void stop() override {}
  bool is_up() const override { return true; }
  redis::Link link(std::string_view) const override { return {1, 1}; }
  Task<Result<redis::Value>> execute(redis::Command command, Milliseconds timeout) override;
  std::vector<redis::NodeReport> nodes() const override { return {}; }

  bool holds = false;  ///< replies come when this ends

 private:
  struct Kept {
    std::string value;
    Time until;
  };

  redis::Value set(const std::string& name, std::string value, Milliseconds lifetime);
  redis::Value range(const std::string& name, std::size_t from, std::size_t to) const;

  const Clock& clock_;
  std::map<std::string, Kept> kept_;
};

}  // namespace larder::test
