#include "collapser.hpp"
#include "turnstile.hpp"

#include <larder/cache/commons.hpp>

namespace larder::cache {

Commons::Commons(const Protections& upstreams, std::uint64_t buffered)
    : collapser_(std::make_unique<Collapser>()), buffered_(std::make_shared<ByteBudget>(buffered)) {
  adopt(upstreams);
}

Commons::~Commons() = default;

void Commons::adopt(const Protections& upstreams) {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, protection] : upstreams) {
    std::unique_ptr<Turnstile>& turnstile = turnstiles_[name];
    if (turnstile == nullptr) {
      turnstile = std::make_unique<Turnstile>(protection);
    } else {
      turnstile->set_limits(protection);
    }
  }
}

Turnstile* Commons::turnstile(const std::string& upstream) const {
  const std::lock_guard lock(mutex_);
  const auto found = turnstiles_.find(upstream);
  return found == turnstiles_.end() ? nullptr : found->second.get();
}

Commons::Counts Commons::counts() const {
  Counts counts = collapser_->counts();
  const std::lock_guard lock(mutex_);
  for (const auto& [name, turnstile] : turnstiles_) counts.refused += turnstile->refused();
  return counts;
}

}  // namespace larder::cache
