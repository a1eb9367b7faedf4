#include <larder/store/doorkeeper.hpp>

#include <algorithm>
#include <bit>

namespace larder::store {
namespace {

constexpr std::size_t bits_for_key = 16;
constexpr std::size_t word = 64;

bool is_set(const std::vector<std::uint64_t>& bits, std::size_t place) {
  return (bits[place / word] >> (place % word) & 1) != 0;
}

}  // namespace

Doorkeeper::Doorkeeper(Limits limits)
    : limits_(limits),
      newer_(std::bit_ceil(std::max(limits.remembered, word)) * bits_for_key / word),
      older_(newer_.size()),
      tokens_(limits.burst) {}

std::array<std::size_t, 3> Doorkeeper::places_of(std::uint64_t hash) const {
  // Parts of the hash that do not overlap for up to 2^21 bits.
  const std::size_t mask = newer_.size() * word - 1;
  return {hash & mask, hash >> 21 & mask, hash >> 42 & mask};
}

bool Doorkeeper::is_known(std::uint64_t hash) const {
  const auto places = places_of(hash);
  const auto all_in = [&](const Bits& bits) {
    return std::ranges::all_of(places, [&](std::size_t place) { return is_set(bits, place); });
  };
  return all_in(newer_) || all_in(older_);
}

void Doorkeeper::note(std::uint64_t hash) {
  if (noted_ == limits_.remembered) {
    std::swap(newer_, older_);
    std::ranges::fill(newer_, 0);
    noted_ = 0;
  }
  bool is_new = false;
  for (const std::size_t place : places_of(hash)) {
    is_new |= !is_set(newer_, place);
    newer_[place / word] |= std::uint64_t{1} << (place % word);
  }
  if (is_new) ++noted_;
}

bool Doorkeeper::admits(std::uint64_t hash, SteadyTime now) {
  const bool is_newcomer = !is_known(hash);
  note(hash);
  if (!is_newcomer) return true;
  tokens_ = tokens_at(now);
  refilled_ = now;
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

bool Doorkeeper::would_admit(std::uint64_t hash, SteadyTime now) const {
  return is_known(hash) || tokens_at(now) >= 1;
}

double Doorkeeper::tokens_at(SteadyTime now) const {
  const std::chrono::duration<double> passed = now - refilled_;
  return std::min(limits_.burst, tokens_ + passed.count() * limits_.newcomers_per_second);
}

}  // namespace larder::store
