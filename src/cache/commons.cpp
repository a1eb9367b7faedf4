#include "collapser.hpp"
#include "turnstile.hpp"

#include <larder/cache/commons.hpp>

namespace larder::cache {

Commons::Commons(const std::map<std::string, Protection>& upstreams)
    : collapser_(std::make_unique<Collapser>()) {
  for (const auto& [name, protection] : upstreams) {
    turnstiles_.emplace(name, std::make_unique<Turnstile>(protection));
  }
}

Commons::~Commons() = default;

Turnstile* Commons::turnstile(const std::string& upstream) const {
  const auto found = turnstiles_.find(upstream);
  return found == turnstiles_.end() ? nullptr : found->second.get();
}

Commons::Counts Commons::counts() const {
  Counts counts = collapser_->counts();
  for (const auto& [name, turnstile] : turnstiles_) counts.refused += turnstile->refused();
  return counts;
}

}  // namespace larder::cache
