#include <larder/cache/loop_notices.hpp>

namespace larder::cache {
namespace {

constexpr Seconds quiet{60};

}  // namespace

void LoopNotices::tell(const std::string& upstream, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  const auto [place, is_new] = last_.try_emplace(upstream, now);
  const bool is_due = is_new || now - place->second >= quiet;
  place->second = now;
  if (!is_due) return;
  log_.error(
      "upstream {} leads back to this larder: a request for it came in that had passed here already (508)",
      upstream);
}

}  // namespace larder::cache
