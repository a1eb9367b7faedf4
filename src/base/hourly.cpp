#include <larder/base/hourly.hpp>

namespace larder {
namespace {

constexpr std::size_t most_known = 1024;
constexpr Seconds quiet{3600};

}  // namespace

bool Hourly::is_due(std::string_view whom, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  const auto known = last_.find(whom);
  if (known != last_.end() && now - known->second < quiet) return false;
  if (known != last_.end()) {
    known->second = now;
    return true;
  }
  if (last_.size() >= most_known) {
    std::erase_if(last_, [now](const auto& one) { return now - one.second >= quiet; });
  }
  if (last_.size() >= most_known) return false;
  last_.emplace(whom, now);
  return true;
}

}  // namespace larder
