#pragma once

#include "fetcher.hpp"
#include "pauses.hpp"

#include <larder/warm/warmer.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace larder::warm {

/// Asks for pages once, as many at a time as the rule allows.
class Round : public std::enable_shared_from_this<Round> {
 public:
  /// Fetcher and rule outlive it.
  Round(const Fetcher& fetcher, const policy::WarmRule& rule, std::vector<http::Target> pages,
        std::optional<Seconds> at_least)
      : fetcher_(fetcher), rule_(rule), pages_(std::move(pages)), at_least_(at_least) {}

  /// Returns once every page was asked for, or after stop() those under way were. Adds to `counts`, which
  /// outlives it: `failed` is what this round leaves.
  Task<> run(RunCounts& counts, const Pauses& pauses);

  std::vector<http::Target> take_failed() { return std::move(failed_); }

  /// The first page that was fetched in vain, and why, as `/a (set-cookie)`; empty if there was none.
  const std::string& unstored() const { return unstored_; }

  /// The first page that failed, and how, as `/a (502)`; empty if there was none.
  const std::string& failure() const { return failure_; }

 private:
  class Asker;
  static Task<> ask(std::shared_ptr<Asker> asker);

  const Fetcher& fetcher_;
  const policy::WarmRule& rule_;
  std::vector<http::Target> pages_;
  std::optional<Seconds> at_least_;
  std::size_t next_ = 0;
  std::vector<http::Target> failed_;
  std::string unstored_;
  std::string failure_;
};

}  // namespace larder::warm
