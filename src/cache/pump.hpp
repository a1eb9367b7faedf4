#pragma once

#include "fill_leader.hpp"
#include "fill_limiter.hpp"

#include <larder/base/clock.hpp>
#include <larder/pipeline/body.hpp>
#include <larder/store/purge_log.hpp>
#include <larder/store/store.hpp>

#include <cstdint>
#include <memory>
#include <optional>

namespace larder::cache {

/// Reads a shared fill's content from the origin, whether or not anybody listens, and stores the response
/// once it is whole: before its end is seen. Content cut short, or past `max_object`, is not stored.
class Pump {
 public:
  struct Into {
    store::Store& store;
    const store::PurgeLog& log;
    const Clock& clock;
    std::uint64_t max_object;
    std::shared_ptr<ByteBudget> budget;
  };

  /// `draft` is complete but for its content. `permit` goes when the content is whole.
  Pump(FillLeader leader, std::optional<FillLimiter::Permit> permit, std::shared_ptr<store::Draft> draft,
       pipeline::Body body, Into into);
  ~Pump();
  Pump(const Pump&) = delete;
  Pump& operator=(const Pump&) = delete;

  const std::shared_ptr<SharedFill>& fill() const { return fill_; }

  /// Reads what is there already; whether that was all.
  Task<bool> read_ready();

  /// Reads the rest.
  static Task<> run(std::unique_ptr<Pump> self);

 private:
  Task<> step();
  Task<> store_whole();
  void publish();
  void take(std::string_view piece);
  void stop_keeping();

  FillLeader leader_;
  std::optional<FillLimiter::Permit> permit_;
  std::shared_ptr<SharedFill> fill_;
  std::shared_ptr<store::Draft> draft_;  // nullptr once it is not to be stored
  store::StoredResponsePtr whole_;       // content that came in one piece needs no other place
  std::optional<std::uint64_t> length_;
  std::unique_ptr<pipeline::BodyReader> content_;
  Into into_;
  bool is_published_ = false;
  bool done_ = false;
};

}  // namespace larder::cache
