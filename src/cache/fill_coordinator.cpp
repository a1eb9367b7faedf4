#include "collapser.hpp"
#include "fetch_history.hpp"
#include "fill_limiter.hpp"
#include "use_counts.hpp"

#include <larder/cache/fill_coordinator.hpp>

namespace larder::cache {

FillCoordinator::FillCoordinator(const Protections& upstreams, std::uint64_t buffered)
    : collapser_(std::make_unique<Collapser>()),
      history_(std::make_unique<FetchHistory>()),
      uses_(std::make_unique<UseCounts>()),
      buffered_(std::make_shared<ByteBudget>(buffered)) {
  adopt(upstreams);
}

FillCoordinator::~FillCoordinator() = default;

void FillCoordinator::adopt(const Protections& upstreams) {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, protection] : upstreams) {
    std::unique_ptr<FillLimiter>& limiter = limiters_[name];
    if (limiter == nullptr) {
      limiter = std::make_unique<FillLimiter>(protection);
    } else {
      limiter->set_limits(protection);
    }
  }
}

FillLimiter* FillCoordinator::limiter(const std::string& upstream) const {
  const std::lock_guard lock(mutex_);
  const auto found = limiters_.find(upstream);
  return found == limiters_.end() ? nullptr : found->second.get();
}

FillCoordinator::Counts FillCoordinator::counts() const {
  Counts counts = collapser_->counts();
  const std::lock_guard lock(mutex_);
  for (const auto& [name, limiter] : limiters_) counts.refused += limiter->refused();
  return counts;
}

}  // namespace larder::cache
