#pragma once

#include <larder/policy/freshness.hpp>

#include <algorithm>
#include <cstdint>

namespace larder::store {

/// policy::Lifetimes in 32 bytes. A duration past 34 years is cut to that, a negative one or a time before
/// 1970 to 0.
class PackedLifetimes {
 public:
  PackedLifetimes(const policy::Lifetimes& lifetimes)
      : fields_{.response_time = cut(lifetimes.response_time.time_since_epoch(), time_bits),
                .must_revalidate = lifetimes.must_revalidate,
                .no_cache = lifetimes.no_cache,
                .allows_credentials = lifetimes.allows_credentials,
                .allows_authorization = lifetimes.allows_authorization,
                .sets_cookie = lifetimes.sets_cookie,
                .initial_age = cut(lifetimes.initial_age, duration_bits),
                .fetch_time = cut(lifetimes.fetch_time, duration_bits),
                .freshness = cut(lifetimes.freshness, duration_bits),
                .stale_while_revalidate = cut(lifetimes.stale_while_revalidate, duration_bits),
                .stale_if_error = cut(lifetimes.stale_if_error, duration_bits)} {}

  operator policy::Lifetimes() const {
    return {.response_time = response_time(),
            .initial_age = duration(fields_.initial_age),
            .fetch_time = duration(fields_.fetch_time),
            .freshness = duration(fields_.freshness),
            .stale_while_revalidate = duration(fields_.stale_while_revalidate),
            .stale_if_error = duration(fields_.stale_if_error),
            .must_revalidate = fields_.must_revalidate != 0,
            .no_cache = fields_.no_cache != 0,
            .allows_credentials = fields_.allows_credentials != 0,
            .allows_authorization = fields_.allows_authorization != 0,
            .sets_cookie = fields_.sets_cookie != 0};
  }

  Time response_time() const { return Time{duration(fields_.response_time)}; }
  bool must_revalidate() const { return fields_.must_revalidate != 0; }

 private:
  static constexpr unsigned time_bits = 48;
  static constexpr unsigned duration_bits = 40;

  struct [[gnu::packed]] Fields {
    std::uint64_t response_time : time_bits;
    std::uint64_t must_revalidate : 1;
    std::uint64_t no_cache : 1;
    std::uint64_t allows_credentials : 1;
    std::uint64_t allows_authorization : 1;
    std::uint64_t sets_cookie : 1;
    std::uint64_t initial_age : duration_bits;
    std::uint64_t fetch_time : duration_bits;
    std::uint64_t freshness : duration_bits;
    std::uint64_t stale_while_revalidate : duration_bits;
    std::uint64_t stale_if_error : duration_bits;
  };
  static_assert(sizeof(Fields) == 32);

  static std::uint64_t cut(Milliseconds duration, unsigned bits) {
    const Milliseconds::rep most = (Milliseconds::rep{1} << bits) - 1;
    return static_cast<std::uint64_t>(std::clamp<Milliseconds::rep>(duration.count(), 0, most)) &
           static_cast<std::uint64_t>(most);
  }
  static Milliseconds duration(std::uint64_t milliseconds) {
    return Milliseconds{static_cast<Milliseconds::rep>(milliseconds)};
  }

  Fields fields_;
};

}  // namespace larder::store
