#include "pages.hpp"
#include "pauses.hpp"
#include "round.hpp"

#include <larder/base/units.hpp>
#include <larder/warm/warmer.hpp>

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <exception>
#include <list>

namespace larder::warm {

namespace {

/// A route and how its warming stands.
struct Job {
  const policy::Route& route;
  Report report{};
};

/// What was fresh when a scheduled run looked should stay so until the next one is done with it.
Seconds fresh_until(Time next, Time now) {
  constexpr Seconds slack{1};
  return std::chrono::ceil<Seconds>(next - now) + slack;
}

}  // namespace

class Warmer::State : public std::enable_shared_from_this<State> {
 public:
  State(boost::asio::io_context& loop, pipeline::Handler& cache, RoutesPtr routes,
        store::WarmRecords* records, const Clock& clock, Log& log, Settings settings)
      : loop_(loop),
        settings_(std::move(settings)),
        cache_(cache),
        routes_(std::move(routes)),
        fetcher_(cache, *routes_),
        records_(records),
        clock_(clock),
        log_(log) {
    for (const policy::Route& route : *routes_) {
      if (route.warm) jobs_.push_back({.route = route, .report = {.route = route.name}});
    }
  }

  void start() {
    for (Job& job : jobs_) {
      boost::asio::co_spawn(
          loop_, attend(shared_from_this(), job),
          [self = shared_from_this(), &job](const std::exception_ptr& bug) { self->report_bug(job, bug); });
    }
  }

  /// One that begins for other routes as this one ends.
  std::shared_ptr<State> succeed(RoutesPtr routes) {
    stop();
    auto next = std::make_shared<State>(loop_, cache_, std::move(routes), records_, clock_, log_, settings_);
    next->start();
    return next;
  }

  void report_bug(const Job& job, const std::exception_ptr& bug) {
    if (bug == nullptr) return;
    try {
      std::rethrow_exception(bug);
    } catch (const std::exception& exception) {
      log_.error("warming {} has stopped for good: {}", job.route.name, exception.what());
    }
  }

  void stop() { pauses_.stop(); }

  std::vector<Report> reports() const {
    std::vector<Report> reports;
    for (const Job& job : jobs_) reports.push_back(job.report);
    return reports;
  }

 private:
  static Task<> attend(std::shared_ptr<State> self, Job& job);
  Task<> wait_until(Time time);
  Task<> wait_for_redis();
  Task<> run(Job& job, std::optional<Seconds> at_least);
  void tell(const Job& job, const std::string& failure) const;

  boost::asio::io_context& loop_;
  const Settings settings_;
  pipeline::Handler& cache_;
  const RoutesPtr routes_;
  const Fetcher fetcher_;
  store::WarmRecords* records_;
  const Clock& clock_;
  Log& log_;
  Pauses pauses_;
  std::list<Job> jobs_;
};

/// A job's life.
Task<> Warmer::State::attend(std::shared_ptr<State> self, Job& job) {
  const policy::WarmRule& rule = *job.route.warm;
  if (rule.schedule) job.report.next = rule.schedule->next_after(self->clock_.now());
  if (rule.at_start) {
    co_await self->wait_for_redis();
    co_await self->run(job, std::nullopt);
  }
  while (rule.schedule && !self->pauses_.is_stopped()) {
    const Time time = rule.schedule->next_after(self->clock_.now());
    job.report.next = time;
    co_await self->wait_until(time);
    if (self->pauses_.is_stopped()) break;
    const std::string name = job.route.name + " " + std::to_string(time.time_since_epoch().count());
    bool is_ours = true;
    if (self->records_ != nullptr) is_ours = co_await self->records_->take_turn(name);
    if (!is_ours) continue;
    const Time next = rule.schedule->next_after(time);
    job.report.next = next;
    co_await self->run(job, fresh_until(next, self->clock_.now()));
  }
}

/// By the clock, which may be set: it is checked repeatedly.
Task<> Warmer::State::wait_until(Time time) {
  while (clock_.now() < time && !pauses_.is_stopped()) {
    co_await pauses_.pause(std::min(settings_.poll, time - clock_.now()));
  }
}

/// What is in Redis need not be fetched; but a Redis that does not come up is not waited for.
Task<> Warmer::State::wait_for_redis() {
  constexpr Milliseconds step{20};
  const SteadyTime latest = std::chrono::steady_clock::now() + settings_.ready_within;
  while (records_ != nullptr && !records_->is_ready() && !pauses_.is_stopped() &&
         std::chrono::steady_clock::now() < latest) {
    co_await pauses_.pause(step);
  }
}

Task<> Warmer::State::run(Job& job, std::optional<Seconds> at_least) {
  Report& report = job.report;
  report = {.route = report.route,
            .is_running = true,
            .runs = report.runs + 1,
            .began = clock_.now(),
            .ended = std::nullopt,
            .next = report.next,
            .last_run = {}};
  std::vector<http::Target> pages = co_await pages_of(job.route, fetcher_, records_, log_);
  report.last_run.pages = pages.size();
  log_.info("warming {}: {}", report.route, counted(pages.size(), "page"));
  std::string unstored;
  std::string failure;
  for (std::size_t attempt = 0; !pages.empty() && !pauses_.is_stopped(); ++attempt) {
    const auto round = std::make_shared<Round>(fetcher_, *job.route.warm, std::move(pages), at_least);
    co_await round->run(report.last_run, pauses_);
    if (!round->unstored().empty()) unstored = round->unstored();
    pages = round->take_failed();
    failure = round->failure();
    if (pages.empty() || attempt == job.route.warm->retries) break;
    const Milliseconds rest = settings_.first_backoff * (1u << attempt);
    log_.info("warming {}: {} of {} failed so far ({}), again in {}", report.route, pages.size(),
              counted(report.last_run.pages, "page"), round->failure(), format_duration(rest));
    co_await pauses_.pause(rest);
  }
  report.is_running = false;
  report.ended = clock_.now();
  tell(job, failure);
  if (!unstored.empty()) {
    log_.warn("warming {}: {} cannot be stored and came in vain: {}", report.route,
              counted(report.last_run.unstored, "page"), unstored);
  }
}

/// `failure`: the first page that could not be fetched in the end, and why.
void Warmer::State::tell(const Job& job, const std::string& failure) const {
  const Report& report = job.report;
  const RunCounts& counts = report.last_run;
  const auto level = counts.failed == 0 ? spdlog::level::info : spdlog::level::warn;
  log_.log(level, "warmed {}: {} in {}: {} fetched, {} fresh, {} rejected, {} failed{}, {} not stored",
           report.route, counted(counts.pages, "page"), format_duration(*report.ended - *report.began),
           counts.fetched, counts.fresh, counts.rejected, counts.failed,
           counts.failed == 0 ? "" : " (" + failure + ")", counts.unstored);
}

Warmer::Warmer(boost::asio::io_context& loop, pipeline::Handler& cache, RoutesPtr routes,
               store::WarmRecords* records, const Clock& clock, Log& log, Settings settings)
    : state_(std::make_shared<State>(loop, cache, std::move(routes), records, clock, log,
                                     std::move(settings))) {}

Warmer::~Warmer() = default;

void Warmer::start() {
  state_->start();
}

void Warmer::adopt(RoutesPtr routes) {
  state_ = state_->succeed(std::move(routes));
}

void Warmer::stop() {
  state_->stop();
}

std::vector<Report> Warmer::reports() const {
  return state_->reports();
}

}  // namespace larder::warm
