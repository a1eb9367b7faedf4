#pragma once

#include <larder/base/clock.hpp>
#include <larder/base/count_table.hpp>
#include <larder/base/log.hpp>
#include <larder/pipeline/handler.hpp>
#include <larder/store/warm_records.hpp>
#include <larder/warm/routes.hpp>

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace larder::warm {

/// The pages of one run.
struct RunCounts {
  std::uint64_t pages = 0;
  std::uint64_t fetched = 0;
  std::uint64_t fresh = 0;
  std::uint64_t rejected = 0;
  std::uint64_t failed = 0;
  std::uint64_t unstored = 0;

  static constexpr auto table = std::to_array<CountRow<RunCounts>>({
      {"pages", &RunCounts::pages, "Pages to warm in the last run.", CountKind::gauge},
      {"fetched", &RunCounts::fetched, "Pages of the last run that came from the origin and are kept.",
       CountKind::gauge},
      {"fresh", &RunCounts::fresh, "Pages of the last run that were in the cache.", CountKind::gauge},
      {"rejected", &RunCounts::rejected, "Pages of the last run answered with 4xx.", CountKind::gauge},
      {"failed", &RunCounts::failed,
       "Pages of the last run that failed: for now, or for good if it has ended.", CountKind::gauge},
      {"unstored", &RunCounts::unstored,
       "Pages of the last run that came from the origin in vain: they could not be stored.",
       CountKind::gauge},
  });
};

/// How one route's warming stands.
struct Report {
  std::string route;  ///< its name
  bool is_running = false;
  std::uint64_t runs = 0;     ///< so far, the running one too
  std::optional<Time> began;  ///< the last run
  std::optional<Time> ended;  ///< nothing while it runs
  std::optional<Time> next;   ///< the next run; nothing if none is scheduled
  RunCounts last_run;
};

/// Puts into the cache what routes name (`warm:`) before a client asks for it: at the start, and on a
/// schedule, by requests to the cache like any client's. Each route is a job of its own, on the event loop of
/// one worker.
///
///   waiting -- at start, or scheduled and this instance's turn --> gathering the pages
///   gathering --> asking, several at once --> what failed again, after 1 s, 2 s, 4 s, ... --> waiting
class Warmer {
 public:
  struct Settings {
    Milliseconds first_backoff{1'000};  ///< doubled from retry to retry
    Milliseconds ready_within{2'000};   ///< how long the start waits for Redis
    Milliseconds poll{1'000};           ///< how often the clock is looked at
  };

  /// All of it except the routes outlives the warmer; `records` is nullptr without Redis. The warmer outlives
  /// its loop's runs.
  Warmer(boost::asio::io_context& loop, pipeline::Handler& cache, RoutesPtr routes,
         store::WarmRecords* records, const Clock& clock, Log& log, Settings settings);
  Warmer(boost::asio::io_context& loop, pipeline::Handler& cache, RoutesPtr routes,
         store::WarmRecords* records, const Clock& clock, Log& log)
      : Warmer(loop, cache, std::move(routes), records, clock, log, Settings{}) {}
  ~Warmer();
  Warmer(const Warmer&) = delete;
  Warmer& operator=(const Warmer&) = delete;

  /// Begins. Before the loop runs, or on it.
  void start();

  /// Ends what was begun for the earlier routes, as stop() does, and begins with these as at the start. On
  /// the loop, once started.
  void adopt(RoutesPtr routes);

  /// Begins nothing more; what is under way ends once the cache's requests do. On the loop.
  void stop();

  /// One for each route that warms. On the loop.
  std::vector<Report> reports() const;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace larder::warm
