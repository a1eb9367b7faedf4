#include "memory_shard.hpp"

#include <algorithm>
#include <utility>

namespace larder::store {
namespace {

constexpr std::uint32_t max_frequency = 3;
/// Hits in the small queue that earn a place in the main queue.
constexpr std::uint32_t promotion_frequency = 2;
constexpr std::size_t least_ghosts = 64;

}  // namespace

MemoryShard::MemoryShard(std::uint64_t capacity, std::shared_ptr<ByteBudget> budget)
    : capacity_(std::min(capacity, heaviest)),
      small_share_(capacity_ / 10),
      budget_(std::move(budget)),
      table_(0, Hash{&nodes_}, Equal{&nodes_}) {}

MemoryShard::Item MemoryShard::find(const HashedKey& key) {
  const std::lock_guard lock(mutex_);
  const Place place = find_place(key);
  if (place == nowhere) return {};
  Node& node = nodes_[place];
  if (node.frequency < max_frequency) ++node.frequency;
  if (node.is_vary != 0) return {nullptr, std::static_pointer_cast<const VaryRecord>(node.item)};
  return {std::static_pointer_cast<const StoredResponse>(node.item), nullptr};
}

bool MemoryShard::put(Entry incoming, MemoryTier::Replace replace) {
  if (!has_room_for(incoming)) shed(full_weight(incoming.weight));
  Removed removed;
  const std::lock_guard lock(mutex_);
  const Place present = find_place(incoming.key);
  if (present != nowhere && keeps(nodes_[present], incoming.item, replace)) return true;
  return insert(present, incoming, removed);
}

bool MemoryShard::accepts(const HashedKey& key, const StoredResponse& response, std::uint64_t size) const {
  const std::uint64_t weight = full_weight(response.weight() + size);
  if (weight > capacity_) return false;
  if (budget_ == nullptr) return true;
  const std::uint64_t content = response.content().size() + size;
  if (budget_->has_room(content > StoredResponse::most_inside ? weight - content : weight)) return true;
  const std::lock_guard lock(mutex_);
  // Others would go for it.
  const bool has_others = small_.bytes + main_.bytes >= weight && budget_->has_room(0);
  return has_others || holds(find_place(key), response);
}

void MemoryShard::exchange(const StoredResponse& response, Entry incoming) {
  Removed removed;
  const std::lock_guard lock(mutex_);
  const Place present = find_place(incoming.key);
  if (holds(present, response)) insert(present, incoming, removed);
}

void MemoryShard::drop(const HashedKey& key, const StoredResponse& response) {
  Removed removed;
  const std::lock_guard lock(mutex_);
  const Place place = find_place(key);
  if (holds(place, response)) remove(place, removed);
}

void MemoryShard::add_to(MemoryTier::Counts& counts) const {
  const std::lock_guard lock(mutex_);
  counts.entries += table_.size();
  counts.bytes += small_.bytes + main_.bytes;
  counts.evictions += evictions_;
  counts.refused += refused_;
}

const StoredResponse& MemoryShard::response_of(const Node& node) {
  return *static_cast<const StoredResponse*>(node.item.get());
}

const VaryRecord& MemoryShard::vary_of(const Node& node) {
  return *static_cast<const VaryRecord*>(node.item.get());
}

bool MemoryShard::is_key(const Node& node, const HashedKey& key) {
  if (node.hash != half_of(key.hash)) return false;
  return key.text == (node.is_vary != 0 ? vary_of(node).primary_key : response_of(node).own_key());
}

MemoryShard::Place MemoryShard::find_place(const HashedKey& key) const {
  const auto found = table_.find(key);
  return found == table_.end() ? nowhere : *found;
}

bool MemoryShard::holds(Place place, const StoredResponse& response) const {
  return place != nowhere && nodes_[place].item.get() == &response;
}

bool MemoryShard::keeps(const Node& present, const Item& incoming, MemoryTier::Replace replace) const {
  if (present.is_vary != 0) return incoming.vary && incoming.vary->names == vary_of(present).names;
  if (replace == MemoryTier::Replace::always) return false;
  return !incoming.response ||
         response_of(present).lifetimes.response_time() >= incoming.response->lifetimes.response_time();
}

/// In place of what has its key, if anything has.
bool MemoryShard::insert(Place present, Entry& incoming, Removed& removed) {
  const std::uint64_t weight = full_weight(incoming.weight);
  Node node;
  node.hash = half_of(incoming.key.hash);
  if (present != nowhere) {
    node.is_main = nodes_[present].is_main;
    node.frequency = nodes_[present].frequency;
    remove(present, removed);
  } else {
    node.is_main = ghosts_.take(node.hash) ? 1 : 0;
  }
  if (weight <= capacity_) make_room(weight, removed);
  if (weight > capacity_ || !has_room_for(incoming)) {
    ++refused_;
    return false;
  }
  node.grains = static_cast<std::uint32_t>(weight / grain) & most_grains;
  node.is_vary = incoming.item.vary ? 1 : 0;
  if (incoming.item.vary) {
    node.item = std::move(incoming.item.vary);
  } else {
    node.item = std::move(incoming.item.response);
  }
  if (budget_ != nullptr) budget_->take(beside_content(node));
  const Place place = take_node();
  nodes_[place] = std::move(node);
  table_.insert(place);
  push(place);
  return true;
}

/// Of `weight`, what is not content that counts by itself.
std::uint64_t MemoryShard::beside_content(const StoredResponse* response, std::uint64_t weight) {
  const std::uint64_t content = response != nullptr ? response->content().size() : 0;
  return content > StoredResponse::most_inside ? weight - content : weight;
}

std::uint64_t MemoryShard::beside_content(const Node& node) {
  return beside_content(node.is_vary == 0 ? &response_of(node) : nullptr, weight_of(node));
}

bool MemoryShard::has_room_for(const Entry& incoming) const {
  if (budget_ == nullptr) return true;
  return budget_->has_room(beside_content(incoming.item.response.get(), full_weight(incoming.weight)));
}

/// Evicts that many bytes. What they took is free on return, unless they are being sent.
void MemoryShard::shed(std::uint64_t weight) {
  Removed removed;
  const std::lock_guard lock(mutex_);
  const std::uint64_t before = small_.bytes + main_.bytes;
  while (!table_.empty() && before - (small_.bytes + main_.bytes) < weight) evict_one(removed);
}

/// What is left of entries when they grow larger and fewer: their nodes, except the one that is needed next.
std::uint64_t MemoryShard::spare_bytes() const {
  const std::size_t used = table_.size() + 1;
  return nodes_.size() > used ? cost_of_entry * (nodes_.size() - used) : 0;
}

void MemoryShard::make_room(std::uint64_t weight, Removed& removed) {
  while (!table_.empty() && small_.bytes + main_.bytes + spare_bytes() + weight > capacity_) {
    evict_one(removed);
  }
}

/// Or moves one on that was found meanwhile.
void MemoryShard::evict_one(Removed& removed) {
  if (small_.bytes > small_share_ || main_.oldest == nowhere) {
    evict_from_small(removed);
  } else {
    evict_from_main(removed);
  }
}

void MemoryShard::evict_from_small(Removed& removed) {
  const Place oldest = small_.oldest;
  Node& node = nodes_[oldest];
  if (node.frequency >= promotion_frequency) {
    unlink(oldest);
    node.frequency = 0;
    node.is_main = 1;
    push(oldest);
    return;
  }
  ++evictions_;
  ghosts_.add(node.hash, std::max(table_.size(), least_ghosts));
  remove(oldest, removed);
}

void MemoryShard::evict_from_main(Removed& removed) {
  const Place oldest = main_.oldest;
  Node& node = nodes_[oldest];
  if (node.frequency > 0) {
    unlink(oldest);
    --node.frequency;
    push(oldest);
    return;
  }
  ++evictions_;
  remove(oldest, removed);
}

void MemoryShard::remove(Place place, Removed& removed) {
  table_.erase(table_.find(place));
  unlink(place);
  if (budget_ != nullptr) budget_->give_back(beside_content(nodes_[place]));
  removed.push_back(std::move(nodes_[place].item));
  nodes_[place].older = std::exchange(free_, place);
}

MemoryShard::Place MemoryShard::Nodes::add() {
  if (size_ % slab == 0) slabs_.push_back(std::make_unique<Node[]>(slab));
  return size_++;
}

MemoryShard::Place MemoryShard::take_node() {
  if (free_ == nowhere) return nodes_.add();
  return std::exchange(free_, nodes_[free_].older);
}

/// Into its queue, as the newest.
void MemoryShard::push(Place place) {
  Node& node = nodes_[place];
  Queue& queue = queue_of(node);
  node.newer = nowhere;
  node.older = std::exchange(queue.newest, place);
  (node.older == nowhere ? queue.oldest : nodes_[node.older].newer) = place;
  queue.bytes += weight_of(node);
}

void MemoryShard::unlink(Place place) {
  const Node& node = nodes_[place];
  Queue& queue = queue_of(node);
  (node.newer == nowhere ? queue.newest : nodes_[node.newer].older) = node.older;
  (node.older == nowhere ? queue.oldest : nodes_[node.older].newer) = node.newer;
  queue.bytes -= weight_of(node);
}

void MemoryShard::Ghosts::add(std::uint32_t hash, std::size_t limit) {
  known_.insert(hash);
  by_age_.push_back(hash);
  while (by_age_.size() > limit) {
    known_.erase(by_age_.front());
    by_age_.pop_front();
  }
}

}  // namespace larder::store
