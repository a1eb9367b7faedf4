#pragma once

#include "fill_leader.hpp"
#include "fill_limiter.hpp"
#include "kept_content.hpp"

#include <larder/base/clock.hpp>
#include <larder/pipeline/body.hpp>
#include <larder/store/stored_response.hpp>

#include <cstdint>
#include <memory>
#include <optional>

namespace larder::cache {

/// Reads a shared fill's content from the origin, whether or not anybody listens, and stores the response
/// once it is whole: before its end is seen. Content cut short, or past `max_object`, is not stored.
class Pump {
 public:
  /// `draft` is complete but for its content. `permit` goes when the content is whole.
  Pump(FillLeader leader, std::optional<FillLimiter::Permit> permit, std::shared_ptr<store::Draft> draft,
       pipeline::Body body, const Keeping& keeping, const Clock& clock);
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
  std::uint64_t reach_;
  bool remembers_too_large_;
  std::optional<std::uint64_t> length_;
  KeptContent kept_;
  store::StoredResponsePtr whole_;  // content that came in one piece needs no other place
  std::unique_ptr<pipeline::BodyReader> content_;
  const Clock& clock_;
  bool is_published_ = false;
  bool done_ = false;
};

}  // namespace larder::cache
