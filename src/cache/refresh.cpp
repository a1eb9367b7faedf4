#include "refresh.hpp"

#include <larder/policy/freshness.hpp>
#include <larder/policy/refresh_ahead.hpp>

namespace larder::cache {
namespace {

/// No fetch is waited for longer than that before another may try.
constexpr Milliseconds longest_claim{5 * 60'000};
constexpr Milliseconds rest_after_failure{1'000};
/// What has no end would hold its place in the upstream's fills again and again.
constexpr Milliseconds rest_after_long_fetch{60'000};

}  // namespace

std::optional<RefreshClaim> RefreshClaim::on(FetchHistory& history, store::StoredResponsePtr stored,
                                             Time now) {
  if (!history.claim(*stored, now, now + longest_claim)) return std::nullopt;
  return RefreshClaim(history, std::move(stored));
}

RefreshClaim::~RefreshClaim() {
  if (stored_ == nullptr) return;
  if (rest_until_) {
    history_.rest(*stored_, *rest_until_);
  } else {
    history_.release(*stored_);
  }
}

void RefreshClaim::failed(Time now) {
  rest_until_ = now + rest_after_failure;
}

void RefreshClaim::took_too_long(Time now) {
  rest_until_ = now + rest_after_long_fetch;
}

bool RefreshAhead::is_near(const policy::Route& route, const store::StoredResponse& stored, Time now) {
  const policy::Lifetimes lifetimes = stored.lifetimes;
  return policy::remaining_freshness(lifetimes, now) <= policy::refresh_window(route, lifetimes);
}

bool RefreshAhead::is_due(const policy::Route& route, const store::StoredResponse& stored, Time now) {
  if (!is_near(route, stored, now)) return false;
  const Milliseconds remaining = policy::remaining_freshness(stored.lifetimes, now);
  if (remaining <= Milliseconds{0} || !is_hot(stored)) return false;
  std::uniform_real_distribution<double> chance;
  return policy::refreshes_ahead(stored.lifetimes, remaining, chance(random_));
}

/// The first hit is remembered, the next ones are the proof.
bool RefreshAhead::is_hot(const store::StoredResponse& stored) {
  const std::uint64_t identity = identity_of(stored);
  return std::exchange(seen_[identity % slots], identity) == identity;
}

}  // namespace larder::cache
