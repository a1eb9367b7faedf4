#pragma once

#include <larder/base/byte_budget.hpp>
#include <larder/base/clock.hpp>
#include <larder/base/task.hpp>
#include <larder/store/purge_log.hpp>
#include <larder/store/store.hpp>
#include <larder/store/stored_response.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace larder::cache {

/// Where content goes that is kept, and how much of it may be.
struct Keeping {
  store::Store& store;
  const store::PurgeLog& log;
  std::uint64_t max_object;              ///< larger content is not stored
  std::shared_ptr<ByteBudget> budget;    ///< where it counts; past its limit nothing is kept
  SteadyTime until = SteadyTime::max();  ///< what takes longer goes on, and is not stored
  std::function<Task<>()> stored{};      ///< to be done once it is stored; or nothing
  /// Whether it may be, once it is whole; or nothing: it may.
  std::function<bool()> may_store{};
  /// Whether content that turned out too large is remembered as not for others (hit-for-miss).
  bool remembers_too_large = true;
  std::uint64_t reach = max_object;  ///< how far apart readers of what is not stored may be
};

/// A response on its way into the store: complete but for its content, which a reader holds. What
/// may be kept of it, when it is whole and how it is stored are decided here, for each kind of reader: Pump
/// at the origin's pace for all that wait, StoringReader at one client's.
class KeptContent {
 public:
  /// `length`: of the content, if known. Else `size`, if the response's fields tell how long it is: content
  /// of another length is not stored.
  KeptContent(std::shared_ptr<store::Draft> draft, Keeping keeping, std::optional<std::uint64_t> length,
              std::optional<std::uint64_t> size = {})
      : draft_(std::move(draft)), keeping_(std::move(keeping)), length_(length), size_(size) {}

  /// Whether it is on its way into the store still.
  bool is_kept() const { return draft_ != nullptr; }
  void give_up() { draft_.reset(); }

  /// Why content is no longer kept.
  enum class Obstacle { none, too_large, no_room, too_late };

  /// What prevents keeping content of `size` bytes, of which `wanted` are not held yet.
  Obstacle obstacle(std::uint64_t size, std::uint64_t wanted) const;

  /// Whether content of `size` bytes is all there is to come.
  bool is_whole(std::uint64_t size, bool has_ended) const;

  /// The response without content.
  store::StoredResponsePtr head() const { return store::StoredResponse::from(*draft_); }

  /// The response with its content.
  store::StoredResponsePtr with(Bytes content) const;

  /// Stores such a response, unless a purge has named it meanwhile: it would only take a newer one's place.
  /// `held` is let go of once others can find it. Nothing is on its way then.
  Task<> store(store::StoredResponsePtr whole, std::shared_ptr<void> held = nullptr);

 private:
  std::shared_ptr<store::Draft> draft_;  // nullptr once it is stored or given up
  Keeping keeping_;
  std::optional<std::uint64_t> length_;
  std::optional<std::uint64_t> size_;
};

}  // namespace larder::cache
