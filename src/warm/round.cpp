#include "round.hpp"

#include <larder/base/task.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>

namespace larder::warm {
namespace {

std::string page_with(const http::Target& page, const std::string& why) {
  return why.empty() ? page.path : page.path + " (" + why + ")";
}

}  // namespace

/// State shared by the concurrent requests: it goes when the last of them has ended, and so does the wait for
/// them too.
class Round::Asker {
 public:
  Asker(std::shared_ptr<Round> asking, RunCounts& run_counts, const Pauses& all_pauses,
        std::shared_ptr<boost::asio::steady_timer> all_done)
      : round(std::move(asking)), counts(run_counts), pauses(all_pauses), done_(std::move(all_done)) {}
  ~Asker() { done_->expires_at(SteadyTime::min()); }
  Asker(const Asker&) = delete;
  Asker& operator=(const Asker&) = delete;

  const std::shared_ptr<Round> round;
  RunCounts& counts;
  const Pauses& pauses;

 private:
  std::shared_ptr<boost::asio::steady_timer> done_;
};

Task<> Round::run(RunCounts& counts, const Pauses& pauses) {
  const auto executor = co_await boost::asio::this_coro::executor;
  const auto done = std::make_shared<boost::asio::steady_timer>(executor, SteadyTime::max());
  counts.failed = 0;
  auto asker = std::make_shared<Asker>(shared_from_this(), counts, pauses, done);
  const std::size_t askers = std::min(rule_.concurrency, pages_.size());
  for (std::size_t i = 0; i < askers; ++i) {
    boost::asio::co_spawn(executor, ask(asker), boost::asio::detached);
  }
  asker.reset();
  co_await done->async_wait(awaiting);
}

Task<> Round::ask(std::shared_ptr<Asker> asker) {
  Round& round = *asker->round;
  RunCounts& counts = asker->counts;
  while (round.next_ < round.pages_.size() && !asker->pauses.is_stopped()) {
    const http::Target page = round.pages_[round.next_++];
    std::string why;
    const Outcome outcome = co_await round.fetcher_.warm(round.rule_, page, round.at_least_, why);
    switch (outcome) {
      case Outcome::fetched:
        ++counts.fetched;
        break;
      case Outcome::unstored:
        ++counts.unstored;
        if (round.unstored_.empty()) round.unstored_ = page_with(page, why);
        break;
      case Outcome::fresh:
        ++counts.fresh;
        break;
      case Outcome::rejected:
        ++counts.rejected;
        break;
      case Outcome::failed:
        ++counts.failed;
        if (round.failure_.empty()) round.failure_ = page_with(page, why);
        round.failed_.push_back(page);
        break;
    }
  }
}

}  // namespace larder::warm
