#include "program.hpp"

#include "admin_server.hpp"
#include "descriptor_limit.hpp"
#include "logs.hpp"
#include "service_manager.hpp"
#include "settings.hpp"
#include "signals.hpp"
#include "start_lines.hpp"
#include "worker_thread.hpp"

#include <larder/base/shrinkage.hpp>
#include <larder/base/task.hpp>
#include <larder/base/units.hpp>
#include <larder/config/update.hpp>
#include <larder/policy/loop.hpp>
#include <larder/redis/availability.hpp>
#include <larder/redis/refusals.hpp>
#include <larder/store/memory_purge_log.hpp>
#include <larder/store/redis_purge_log.hpp>
#include <larder/warm/warmer.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_future.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>
#include <list>
#include <malloc.h>
#include <random>
#include <sys/resource.h>

namespace larder {
namespace asio = boost::asio;

namespace {

constexpr int exit_purges_lost = 3;
constexpr Milliseconds time_to_unwind{2'000};
constexpr Milliseconds time_to_adopt{5'000};
constexpr Milliseconds least_time_for_logs{200};
constexpr Milliseconds most_time_for_logs{500};

/// How many connections of clients there may be.
server::Occupancy::Bounds bounds_of(const config::Limits& limits, std::uint64_t descriptors, Log& log) {
  const std::size_t fit = server::most_connections_within(descriptors);
  server::Occupancy::Bounds bounds{server::connections_within(descriptors), limits.connections_per_address};
  if (limits.connections != 0) bounds.connections = std::min<std::size_t>(limits.connections, fit);
  if (bounds.connections < limits.connections) {
    log.warn("limits.connections: {} are more than a descriptor limit of {} leaves room for: using {}",
             limits.connections, descriptors, bounds.connections);
  }
  return bounds;
}

/// What is left to this thread, reading the configuration again, holds up no request if CPUs are few: on
/// Linux this is the calling thread's alone.
void step_back() {
  constexpr int nice = 10;
  ::setpriority(PRIO_PROCESS, 0, nice);
}

Result<> cannot_listen(const net::Endpoint& endpoint, boost::system::error_code why) {
  std::fprintf(stderr, "larder: cannot listen on %s: %s\n", endpoint.text().c_str(), why.message().c_str());
  return why;
}

/// One that no other larder has, not even of the same configuration on the same machine.
std::string new_loop_mark() {
  std::random_device random;
  const std::uint64_t id = (std::uint64_t{random()} << 32) | random();
  return fmt::format("{}{:016x}", policy::loop_mark_prefix, id);
}

/// Settings of the workers, TLS files read again: net::TlsFileError if one of them is wrong.
Generation generation_of(const config::Config& config, const std::vector<ListenAt>& listeners,
                         const std::string& loop_mark) {
  Generation generation;
  cache::Settings settings = cache_settings(config);
  settings.loop_mark = loop_mark;
  generation.cache = std::make_shared<const cache::Settings>(std::move(settings));
  generation.upstreams = std::make_shared<const std::vector<origin::Settings>>(origin_settings(config));
  for (const ListenAt& at : listeners) generation.certificates.push_back(at.tls);
  return generation;
}

/// Everything, in the order it depends on each other.
class Program {
 public:
  /// `descriptors`: how many the process may have.
  Program(const config::Config& config, std::uint64_t descriptors);

  Result<> listen();
  void start();

  /// Applies what was read again as far as it can without a restart, or not at all; the log says which.
  void reload(const config::Loaded& fresh);

  /// Does what a signal asks for; returns whether the program goes on.
  bool goes_on_after(int signal, const ReadAgain& read_again);

  /// Whether all that had to be written could be.
  bool drain_and_stop();
  void say_goodbye();

  Log& log() { return logs_.log(); }

 private:
  std::unique_ptr<store::PurgeLog> make_purge_log();
  bool write_waiting_purges();
  void tell_cut_off(std::size_t requests);
  Task<> return_memory();
  Shared shared();
  void adopt(config::Update update);
  void make_warmer();
  void make_admin();
  Result<> listen_for_admin();

  config::Config config_;
  const std::string loop_mark_ = new_loop_mark();
  Logs logs_;
  const ServiceManager service_manager_{std::getenv("NOTIFY_SOCKET"), logs_.log()};
  cache::LoopNotices loops_{logs_.log()};
  cache::FrontNotices fronts_{logs_.log()};
  const std::shared_ptr<origin::OutageNotices> outages_ =
      std::make_shared<origin::OutageNotices>(logs_.log());
  server::Occupancy occupancy_;
  SystemClock clock_;
  std::vector<ListenAt> listeners_;
  Generation generation_;
  cache::FillCoordinator coordinator_;
  std::optional<redis::Settings> redis_;
  std::optional<store::MemoryTier> memory_;
  asio::io_context log_loop_{1};
  asio::executor_work_guard<asio::io_context::executor_type> log_guard_{log_loop_.get_executor()};
  store::RedisPurgeLog* redis_log_ = nullptr;
  std::unique_ptr<store::PurgeLog> purge_log_;
  std::list<WorkerThread> threads_;
  std::optional<warm::Warmer> warmer_;  ///< on the first worker's loop
  std::optional<AdminServer> admin_;    ///< on the first worker's loop
  asio::steady_timer memory_timer_{log_loop_};
  bool goes_on_ = true;  ///< on the loop of the logs
  std::thread log_thread_;
  SteadyTime finish_logs_by_{};
};

Program::Program(const config::Config& config, std::uint64_t descriptors)
    : config_(config),
      logs_(config.log),
      occupancy_(bounds_of(config.limits, descriptors, logs_.log()), "clients", logs_.log()),
      listeners_(listen_at(config)),
      generation_(generation_of(config, listeners_, loop_mark_)),
      coordinator_(generation_.cache->upstreams, config::buffered_limit(config_)) {
  if (config.store.redis) {
    redis_ = redis_settings(*config.store.redis);
    redis_->availability = std::make_shared<redis::Availability>(log());
    redis_->refusals =
        std::make_shared<redis::Refusals>(log(), redis_->username, config.store.redis->key_prefix);
  }
  if (config.store.memory != 0) {
    memory_.emplace(config.store.memory, config.store.max_object, coordinator_.buffered());
  }
  purge_log_ = make_purge_log();
  const unsigned threads =
      config.threads != 0 ? config.threads : std::max(1u, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back(shared());
  make_warmer();
  if (config.admin) make_admin();
}

void Program::make_warmer() {
  WorkerThread& first = threads_.front();
  warmer_.emplace(first.loop(), first.worker().cache(), generation_.routes(), first.worker().warm_records(),
                  clock_, log());
}

void Program::make_admin() {
  AdminServer::Sources sources{.workers = {},
                               .coordinator = coordinator_,
                               .memory = memory_ ? &*memory_ : nullptr,
                               .purge_log = *purge_log_,
                               .redis_log = redis_log_,
                               .warmer = *warmer_,
                               .clock = clock_,
                               .logs = logs_};
  for (WorkerThread& thread : threads_) sources.workers.push_back({thread.loop(), thread.worker()});
  admin_.emplace(threads_.front().loop(), std::move(sources), config_.admin->token);
}

std::unique_ptr<store::PurgeLog> Program::make_purge_log() {
  if (!redis_) return std::make_unique<store::MemoryPurgeLog>(clock_, purge_limits(config_));
  store::RedisPurgeLog::Settings settings;
  settings.redis = *redis_;
  settings.key_prefix = config_.store.redis->key_prefix;
  settings.limits = purge_limits(config_);
  settings.max_bytes = config_.store.purge_log;
  settings.origin_on_outage = config_.store.redis->origin_on_outage;
  settings.outage_ttl = config_.store.redis->outage_ttl;
  settings.wait_replicas = config_.store.redis->wait_replicas;
  settings.wait_timeout = config_.store.redis->wait_timeout;
  auto purge_log = std::make_unique<store::RedisPurgeLog>(log_loop_, settings, clock_, log());
  redis_log_ = purge_log.get();
  return purge_log;
}

Shared Program::shared() {
  store::RedisTier::Settings redis_tier;
  if (redis_) {
    redis_tier.key_prefix = config_.store.redis->key_prefix;
    redis_tier.max_lifetime = config_.store.max_lifetime;
    redis_tier.max_object = config_.store.max_object;
    redis_tier.buffered = coordinator_.buffered();
    redis_tier.max_used_memory = config_.store.redis->max_used_memory;
    redis_tier.news = redis_->availability;
  }
  return {.clock = clock_,
          .log = log(),
          .generation = generation_,
          .coordinator = coordinator_,
          .loops = loops_,
          .fronts = fronts_,
          .outages = outages_,
          .purge_log = *purge_log_,
          .memory = memory_ ? &*memory_ : nullptr,
          .redis = redis_ ? &*redis_ : nullptr,
          .redis_tier = redis_tier,
          .server = server_settings(config_.limits),
          .occupancy = occupancy_,
          .access_sink = config_.log.access == config::Logging::Access::on ? &logs_ : nullptr};
}

Result<> Program::listen() {
  // First the admin API: it answers whenever requests are served.
  const Result<> administered = admin_ ? listen_for_admin() : Result<>();
  if (!administered) return administered;
  for (ListenAt& at : listeners_) {
    net::Endpoint& endpoint = at.endpoint;
    Result<> free = net::probe(endpoint);
    for (WorkerThread& thread : threads_) {
      if (!free) break;
      Result<std::unique_ptr<net::Listener>> listener = net::Listener::open(thread.loop(), endpoint, at.tls);
      if (!listener) {
        free = listener.error();
        break;
      }
      endpoint = (*listener)->endpoint();
      (*listener)->has_proxy_headers = at.has_proxy_headers;
      thread.worker().accept_on(std::move(*listener));
    }
    if (!free) return cannot_listen(endpoint, free.error());
    log().info("listening on {}{}{}", endpoint.text(), at.tls == nullptr ? "" : " for TLS",
               at.has_proxy_headers ? " behind the PROXY protocol" : "");
  }
  return {};
}

Result<> Program::listen_for_admin() {
  const net::Endpoint endpoint = admin_endpoint(*config_.admin);
  const Result<> free = net::probe(endpoint);
  if (!free) return cannot_listen(endpoint, free.error());
  Result<std::unique_ptr<net::Listener>> listener = net::Listener::open(threads_.front().loop(), endpoint);
  if (!listener) return cannot_listen(endpoint, listener.error());
  log().info("admin API listening on {}", (*listener)->endpoint().text());
  admin_->server().accept_on(std::move(*listener));
  return {};
}

void Program::start() {
  if (redis_log_ != nullptr) {
    redis_log_->start();
    asio::co_spawn(log_loop_, tell_state_of_redis(*redis_log_, place_of(*redis_), goes_on_, log()),
                   asio::detached);
  }
  asio::co_spawn(log_loop_, return_memory(), asio::detached);
  log_thread_ = std::thread([this] { log_loop_.run(); });
  warmer_->start();
  for (WorkerThread& thread : threads_) thread.start();
  service_manager_.ready();
}

void Program::reload(const config::Loaded& fresh) {
  for (const config::Diagnostic& diagnostic : fresh.diagnostics) {
    const bool is_error = diagnostic.severity == config::Diagnostic::Severity::error;
    log().log(is_error ? spdlog::level::err : spdlog::level::warn, "{}", diagnostic.text());
  }
  try {
    if (fresh.ok()) return adopt(config::update_of(config_, fresh.config));
  } catch (const net::TlsFileError& error) {
    log().error("{}", error.what());  // a file that has changed since it was checked
  }
  log().error("configuration not reloaded: keeping the current configuration");
}

void Program::adopt(config::Update update) {
  Generation next = generation_of(update.config, listen_at(update.config), loop_mark_);
  for (const std::string& key : update.kept) {
    log().warn("{} has changed: that takes a restart, until then it stays as it is", key);
  }
  config_ = std::move(update.config);
  logs_.set_level(config_.log.level);
  coordinator_.adopt(next.cache->upstreams);
  std::vector<std::future<void>> adopted;
  for (WorkerThread& thread : threads_) {
    adopted.push_back(asio::co_spawn(thread.loop(), thread.worker().adopt(next), asio::use_future));
  }
  const SteadyTime deadline = std::chrono::steady_clock::now() + time_to_adopt;
  for (std::future<void>& worker : adopted) worker.wait_until(deadline);
  if (update.has_new_routes) {
    asio::post(threads_.front().loop(), [this, routes = next.routes()] { warmer_->adopt(routes); });
  }
  generation_ = std::move(next);  // the one before goes with the last request that uses it
  log().info("configuration reloaded: {}", counted(config_.routes.size(), "route"));
}

bool Program::goes_on_after(int signal, const ReadAgain& read_again) {
  if (signal == SIGTERM || signal == SIGINT) return false;
  if (signal == SIGHUP) {
    service_manager_.reloading();
    reload(read_again());
    service_manager_.ready();
  }
  if (signal == SIGUSR1) logs_.reopen();
  if (signal == SIGUSR2) log().info("SIGUSR2 means nothing to larder");
  return true;
}

bool Program::drain_and_stop() {
  service_manager_.stopping();
  log().info("shutting down: requests under way have {} (shutdown_grace)",
             format_duration(config_.shutdown_grace));
  const SteadyTime deadline = std::chrono::steady_clock::now() + config_.shutdown_grace;
  finish_logs_by_ = deadline;
  if (admin_) admin_->drain();
  asio::post(threads_.front().loop(), [this] { warmer_->stop(); });
  std::vector<std::future<std::size_t>> drained;
  for (WorkerThread& thread : threads_) {
    drained.push_back(asio::co_spawn(thread.loop(), thread.worker().drain(deadline), asio::use_future));
  }
  std::size_t cut_off = 0;
  for (std::future<std::size_t>& worker : drained) {
    if (worker.wait_until(deadline + time_to_unwind) == std::future_status::ready) cut_off += worker.get();
  }
  tell_cut_off(cut_off);
  // The admin API answers until nothing else does; it asks the workers while their loops run.
  if (admin_) asio::post(threads_.front().loop(), [this] { admin_->server().close(); });
  for (WorkerThread& thread : threads_) asio::post(thread.loop(), [&thread] { thread.worker().stop(); });
  // What ends now without an answer may be a write: its purge is appended on the way out.
  const SteadyTime unwound = std::chrono::steady_clock::now() + time_to_unwind;
  for (WorkerThread& thread : threads_) thread.join(unwound);
  const bool is_written = write_waiting_purges();
  if (redis_log_ != nullptr) redis_log_->stop();
  asio::post(log_loop_, [this] {
    goes_on_ = false;
    memory_timer_.cancel();
  });
  log_guard_.reset();
  log_thread_.join();
  return is_written;
}

void Program::tell_cut_off(std::size_t requests) {
  if (requests == 0) return;
  log().warn("{} cut off: not answered within {} (shutdown_grace)",
             requests == 1 ? "1 request was" : fmt::format("{} requests were", requests),
             format_duration(config_.shutdown_grace));
}

/// Large contents that take the place of many small ones in the local tier do not fit where those were: that
/// memory would stay with malloc, and the process would be larger than what is held.
Task<> Program::return_memory() {
  constexpr Milliseconds period{1'000};
  constexpr std::uint64_t noticeable = 16ull << 20;
  Shrinkage shrinkage(noticeable);
  while (goes_on_) {
    memory_timer_.expires_after(period);
    co_await memory_timer_.async_wait(awaiting);
#ifdef __GLIBC__
    if (shrinkage.is_noticed(coordinator_.buffered()->taken())) malloc_trim(0);
#endif
  }
}

/// An unread log delays the end for a moment at most, and not past the grace.
void Program::say_goodbye() {
  log().info("bye");
  const SteadyTime now = std::chrono::steady_clock::now();
  logs_.finish(std::clamp<SteadyTime>(finish_logs_by_, now + least_time_for_logs, now + most_time_for_logs));
}

/// Purges that wait for Redis would be forgotten with this process; what Redis holds would count again.
bool Program::write_waiting_purges() {
  if (redis_log_ == nullptr) return true;
  const SteadyTime deadline = std::chrono::steady_clock::now() + time_to_unwind;
  while (redis_log_->waiting() != 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(drain_step);
  }
  const std::size_t lost = redis_log_->waiting();
  if (lost == 0) return true;
  log().error(
      "{} never reached Redis: what {} may be served from there until its TTL ends; "
      "delete {}:r:* in Redis to be sure",
      lost == 1 ? "1 purge" : fmt::format("{} purges", lost), lost == 1 ? "it names" : "they name",
      config_.store.redis->key_prefix);
  return false;
}

}  // namespace

int run_program(const config::Config& config, const std::string& source, const ReadAgain& read_again) {
  const Signals signals;
  Program program(config, raise_descriptor_limit());
  for (const std::string& line : start_lines(config, source)) program.log().info("{}", line);
  if (!program.listen()) return 1;
  program.start();
  step_back();
  while (program.goes_on_after(signals.wait(), read_again)) continue;
  const bool is_complete = program.drain_and_stop();
  program.say_goodbye();
  return is_complete ? 0 : exit_purges_lost;
}

}  // namespace larder
