#include <larder/base/units.hpp>
#include <larder/redis/availability.hpp>

namespace larder::redis {

void Availability::lost(const void* client, const std::string& reason, bool refused) {
  const std::scoped_lock lock(mutex_);
  const bool begins = down_.empty();
  down_.insert(client);
  if (begins) since_ = std::chrono::steady_clock::now();
  const bool is_news = refused && reason != last_refusal_;
  if (refused) last_refusal_ = reason;
  if (!begins && !is_news) return;
  log_.warn("redis: {} at {}: {}; trying again in the background", refused ? "refused" : "not available",
            server_, reason);
}

void Availability::regained(const void* client) {
  const std::scoped_lock lock(mutex_);
  if (down_.erase(client) == 0 || !down_.empty()) return;
  const auto outage = std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - since_);
  log_.info("redis: available again at {} after {}", server_, format_duration(outage));
  last_refusal_.clear();
}

void Availability::forget(const void* client) {
  const std::scoped_lock lock(mutex_);
  down_.erase(client);
}

}  // namespace larder::redis
