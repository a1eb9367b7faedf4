#include <larder/origin/outage_notices.hpp>

#include <algorithm>
#include <utility>

namespace larder::origin {
namespace {

std::string key_of(OutageNotices::What what, const std::string& upstream, const std::string& server) {
  return (what == OutageNotices::What::connecting ? "c " : "a ") + upstream + " " + server;
}

}  // namespace

void OutageNotices::failed(What what, const std::string& upstream, const std::string& server,
                           const std::string& words, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  if (outages_.size() >= most_outages) forget_ended(now);
  const std::string key = key_of(what, upstream, server);
  if (outages_.size() >= most_outages && !outages_.contains(key)) return;
  Outage& outage = outages_[key];
  if (!std::exchange(outage.goes_on, true)) {
    ++going_on_;
    if (now - outage.ended >= quiet) outage.words.clear();
  }
  const bool is_known = std::ranges::find(outage.words, words) != outage.words.end();
  if (is_known || outage.words.size() >= most_words) return;
  outage.words.push_back(words);
  outage.is_told = true;
  log_.warn("upstream {}: {}", upstream, words);
}

void OutageNotices::succeeded(What what, const std::string& upstream, const std::string& server,
                              SteadyTime now) {
  const std::lock_guard lock(mutex_);
  const auto found = outages_.find(key_of(what, upstream, server));
  if (found == outages_.end() || !found->second.goes_on) return;
  Outage& outage = found->second;
  outage.goes_on = false;
  outage.ended = now;
  --going_on_;
  if (std::exchange(outage.is_told, false)) log_.info("upstream {}: {} answers again", upstream, server);
}

void OutageNotices::forget_ended(SteadyTime now) {
  std::erase_if(outages_,
                [now](const auto& one) { return !one.second.goes_on && now - one.second.ended >= quiet; });
}

}  // namespace larder::origin
