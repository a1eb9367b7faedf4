#pragma once

#include <larder/store/purge_log.hpp>

#include <optional>

namespace larder::test {

/// A purge log whose state the test sets.
class ScriptedLog final : public store::PurgeLog {
 public:
  bool in_step = true;
  bool is_elsewhere = false;

  Mark mark() const override { return {}; }
  store::Verdict judge(const store::StoredResponse&) const override { return {}; }
  bool admit(store::Draft&) const override { return true; }
  std::optional<store::Strength> names(const policy::TagsView&, const store::Since&) const override {
    return std::nullopt;
  }
  bool is_in_step() const override { return in_step; }
  bool follows(std::uint64_t node) const override { return node != 0 && !is_elsewhere; }
  Task<std::optional<store::Position>> append(store::PurgeBatch) override { co_return std::nullopt; }
};

}  // namespace larder::test
