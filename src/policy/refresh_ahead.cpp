#include <larder/policy/refresh_ahead.hpp>

#include <algorithm>
#include <cmath>

namespace larder::policy {
namespace {

// Times are whole milliseconds: a fetch that took less counts as one.
Milliseconds fetch_time_of(const Lifetimes& stored) {
  return std::max(stored.fetch_time, Milliseconds{1});
}

// Whether clients go on being answered, with what is stale, while it is fetched.
bool is_covered_stale(const Lifetimes& stored) {
  return !stored.must_revalidate && stored.stale_while_revalidate > fetch_time_of(stored);
}

}  // namespace

Milliseconds refresh_window(const Route& route, const Lifetimes& stored) {
  constexpr int fetches = 10;
  const bool is_wanted = route.refresh_ahead == RefreshAhead::on ||
                         (route.refresh_ahead == RefreshAhead::where_needed && !is_covered_stale(stored));
  if (!is_wanted) return Milliseconds{0};
  return std::min(fetches * fetch_time_of(stored), stored.freshness / 2);
}

bool refreshes_ahead(const Lifetimes& stored, Milliseconds remaining, double chance) {
  const double early = -std::log(1 - chance) * static_cast<double>(fetch_time_of(stored).count());
  return early >= static_cast<double>(remaining.count());
}

}  // namespace larder::policy
