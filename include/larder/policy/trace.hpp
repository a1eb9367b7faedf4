#pragma once

#include <larder/base/clock.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace larder::policy {

/// A question that a decision about a stored response asks.
enum class Rule {
  shareable,               ///< it may answer a request that identifies its client in this way
  no_cache,                ///< it must be validated before each use
  request_no_cache,        ///< the request wants the origin to be asked
  request_max_age,         ///< it is older than the request allows: age, limit
  request_min_fresh,       ///< it is fresh for less long than the request wants: what remains, limit
  fresh,                   ///< its age is below its freshness lifetime: age, lifetime
  request_max_stale,       ///< the request takes it, as stale as it is: staleness, limit
  stale_while_revalidate,  ///< it may be served while it is validated: staleness, window
  origin_hangs,            ///< the last fetch for it ran into its deadline
  stale_if_error,          ///< it may be served in place of an error: staleness, window
  soft_purge,              ///< a soft purge ended its lifetime
  knows_purges,            ///< this instance knows every purge that could name it
  only_if_cached,          ///< the request wants only what is stored
  stored,                  ///< something usable is stored
  hidden_status,           ///< the origin gave no answer, or an error that a stale response may hide
};

/// A sentence that is true if the rule holds.
std::string_view sentence_of(Rule rule);

/// One question and its answer. The figures are those that were compared, if the rule has any.
struct Step {
  Rule rule = Rule::shareable;
  bool holds = false;
  Milliseconds figure{0};
  Milliseconds limit{0};
  bool operator==(const Step&) const = default;
};

/// The chain of what a decision looked at, in order, for an explanation. A decision takes a pointer to
/// one and fills it in; without one it costs only the test for nullptr.
class Trace {
 public:
  static constexpr std::size_t most_steps = 24;  ///< more than any decision has; further ones are dropped

  void add(const Step& step) {
    if (size_ < most_steps) steps_[size_++] = step;
  }
  std::span<const Step> steps() const { return {steps_.data(), size_}; }

 private:
  std::array<Step, most_steps> steps_{};
  std::size_t size_ = 0;
};

}  // namespace larder::policy
