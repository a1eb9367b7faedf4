#include <larder/origin/outage_notices.hpp>

#include <algorithm>

namespace larder::origin {
namespace {

std::string key_of(const std::string& upstream, const std::string& server) {
  return upstream + " " + server;
}

std::string key_of_want(const std::string& upstream) {
  return upstream;
}

}  // namespace

void OutageNotices::failed(const std::string& upstream, const std::string& server, const std::string& words,
                           SteadyTime now) {
  const std::lock_guard lock(mutex_);
  if (is_news(key_of(upstream, server), words, now)) log_.warn("upstream {}: {}", upstream, words);
}

void OutageNotices::starved(const std::string& upstream, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  if (!is_news(key_of_want(upstream), {}, now)) return;
  log_.error(
      "upstream {}: out of descriptors: it cannot be asked until some are free; raise the limit (ulimit -n, "
      "systemd's LimitNOFILE, docker's --ulimit nofile) or lower limits.connections",
      upstream);
}

void OutageNotices::answered(const std::string& upstream, const std::string& server, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  if (ends(key_of(upstream, server), now)) log_.info("upstream {}: {} answers again", upstream, server);
}

void OutageNotices::fed(const std::string& upstream, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  if (ends(key_of_want(upstream), now)) log_.info("upstream {}: there are descriptors again", upstream);
}

/// Notes a failure; whether it is to be told.
bool OutageNotices::is_news(const std::string& key, const std::string& words, SteadyTime now) {
  if (outages_.size() >= most_outages) forget_ended(now);
  if (outages_.size() >= most_outages && !outages_.contains(key)) return false;
  const auto [found, is_new] = outages_.try_emplace(key);
  Outage& outage = found->second;
  if (is_new || outage.ended) {
    ++going_on_;
    const bool is_relapse = outage.ended && now - *outage.ended < longest_quiet;
    outage.quiet = is_relapse ? std::min(outage.quiet * 2, longest_quiet) : quiet;
    outage.ended.reset();
    outage.words.clear();
  }
  outage.last_failure = now;
  const bool is_known = std::ranges::find(outage.words, words) != outage.words.end();
  if (is_known || outage.words.size() >= most_words) return false;
  outage.words.push_back(words);
  return true;
}

/// Whether a success ends an outage.
bool OutageNotices::ends(const std::string& key, SteadyTime now) {
  const auto found = outages_.find(key);
  if (found == outages_.end() || found->second.ended) return false;
  Outage& outage = found->second;
  if (now - outage.last_failure < outage.quiet) return false;
  outage.ended = now;
  --going_on_;
  return true;
}

void OutageNotices::forget_ended(SteadyTime now) {
  std::erase_if(outages_, [now](const auto& one) {
    return one.second.ended && now - *one.second.ended >= longest_quiet;
  });
}

}  // namespace larder::origin
