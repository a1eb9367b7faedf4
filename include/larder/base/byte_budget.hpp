#pragma once

#include <larder/base/bytes.hpp>
#include <larder/base/count_table.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

namespace larder {

/// Counts the bytes of shared blocks, each once from its allocation until its last holder lets go of it, and
/// what a store says that it holds beside such blocks. Refusing what is past the limit is up to its users.
/// Safe to use from any thread.
class ByteBudget {
 public:
  explicit ByteBudget(std::uint64_t limit) : limit_(limit) {}

  std::uint64_t held() const { return held_.load(std::memory_order_relaxed); }
  std::uint64_t limit() const { return limit_; }
  struct Counts {
    std::uint64_t held = 0;
    std::uint64_t limit = 0;

    static constexpr auto table = std::to_array<CountRow<Counts>>({
        {"held", &Counts::held,
         "Bytes of contents held for clients beside what the local tier holds: on their way, or being sent "
         "though the tier has let go of them.",
         CountKind::gauge},
        {"limit", &Counts::limit, "Bytes that may be held so, with the local tier as full as it is.",
         CountKind::gauge},
    });
  };

  /// Beside a store that holds so many bytes.
  Counts counts_beside(std::uint64_t stored) const {
    const std::uint64_t all = held();
    return {.held = all - std::min(all, stored), .limit = limit_ - std::min(limit_, stored)};
  }

  /// Contents of at most so many bytes have a part of it for themselves. Without room for them each request
  /// would fetch its own, which takes as much.
  static constexpr std::uint64_t small = 64 * 1024;

  /// Whether so many bytes more may be held, of a content of `size` as far as that is known.
  bool has_room(std::uint64_t bytes, std::uint64_t size = std::uint64_t{small} + 1) const {
    constexpr std::uint64_t share_of_small = 64;
    const std::uint64_t kept_back = size <= small ? 0 : limit_ / share_of_small;
    return held() + bytes + kept_back <= limit_;
  }

  /// Something was refused for want of room; room is to be made.
  void ask_for_room() { is_room_wanted_.store(true, std::memory_order_relaxed); }
  bool is_room_wanted() const { return is_room_wanted_.load(std::memory_order_relaxed); }
  /// Whether it was asked for since the last call: whoever is told so makes some.
  bool take_wish_for_room() { return is_room_wanted_.exchange(false, std::memory_order_relaxed); }

  /// Bytes in no block of its own, until they are given back.
  void take(std::uint64_t bytes) {
    held_.fetch_add(bytes, std::memory_order_relaxed);
    taken_.fetch_add(bytes, std::memory_order_relaxed);
  }
  void give_back(std::uint64_t bytes) {
    held_.fetch_sub(bytes, std::memory_order_relaxed);
    taken_.fetch_sub(bytes, std::memory_order_relaxed);
  }
  std::uint64_t taken() const { return taken_.load(std::memory_order_relaxed); }

  /// A block that counts in `budget`, which it keeps alive; nullptr: nowhere.
  static std::shared_ptr<char[]> allocate(const std::shared_ptr<ByteBudget>& budget, std::size_t bytes) {
    if (budget == nullptr) return std::make_shared_for_overwrite<char[]>(bytes);
    auto block = std::make_unique_for_overwrite<char[]>(bytes);
    budget->held_.fetch_add(bytes, std::memory_order_relaxed);
    const auto let_go = [budget, bytes](const char* memory) {
      delete[] memory;
      budget->held_.fetch_sub(bytes, std::memory_order_relaxed);
    };
    return std::shared_ptr<char[]>(block.release(), let_go);
  }

  /// The same bytes, counted in `budget` from now until the last holder lets go.
  static Bytes count(const std::shared_ptr<ByteBudget>& budget, Bytes bytes) {
    const std::string_view view = bytes.view();
    budget->held_.fetch_add(view.size(), std::memory_order_relaxed);
    const auto let_go = [budget](const Bytes* counted) {
      budget->held_.fetch_sub(counted->size(), std::memory_order_relaxed);
      delete counted;
    };
    return Bytes(std::shared_ptr<const Bytes>(new Bytes(std::move(bytes)), let_go), view);
  }

 private:
  const std::uint64_t limit_;
  std::atomic<std::uint64_t> held_{0};
  std::atomic<std::uint64_t> taken_{0};  // of them, in no block of its own
  std::atomic<bool> is_room_wanted_{false};
};

}  // namespace larder
