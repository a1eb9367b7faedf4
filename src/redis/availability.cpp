#include <larder/base/units.hpp>
#include <larder/redis/availability.hpp>

#include <algorithm>

namespace larder::redis {

void Availability::lost(const void* client, const std::string& server, const std::string& reason,
                        bool refused) {
  const std::scoped_lock lock(mutex_);
  Outage& outage = outages_[server];
  const bool begins = outage.clients.empty();
  outage.clients.insert(client);
  if (begins) outage.since = std::chrono::steady_clock::now();
  const bool is_news = refused && reason != outage.last_refusal;
  if (refused) outage.last_refusal = reason;
  if (!begins && !is_news) return;
  const std::string_view sentence = std::string_view(reason).substr(0, reason.find_last_not_of('.') + 1);
  log_.warn("redis: {} at {}: {}; trying again in the background", refused ? "refused" : "not available",
            server, sentence);
}

void Availability::regained(const void* client, SteadyTime since) {
  const std::scoped_lock lock(mutex_);
  for (auto place = outage_of(client); place != outages_.end(); place = outage_of(client)) {
    auto& [server, outage] = *place;
    outage.clients.erase(client);
    if (!outage.clients.empty()) continue;
    const auto lasted = std::chrono::duration_cast<Milliseconds>(since - outage.since);
    log_.info("redis: available again at {} after {}", server, format_duration(lasted));
    outages_.erase(place);
  }
}

void Availability::forget(const void* client) {
  const std::scoped_lock lock(mutex_);
  for (auto place = outage_of(client); place != outages_.end(); place = outage_of(client)) {
    place->second.clients.erase(client);
    if (place->second.clients.empty()) outages_.erase(place);
  }
}

void Availability::tell(const std::string& news) {
  const std::scoped_lock lock(mutex_);
  if (news == news_) return;
  news_ = news;
  log_.info("redis: {}", news);
}

Availability::Outages::iterator Availability::outage_of(const void* client) {
  return std::find_if(outages_.begin(), outages_.end(),
                      [&](const auto& outage) { return outage.second.clients.contains(client); });
}

}  // namespace larder::redis
