#include "program.hpp"

#include "admin_server.hpp"
#include "lane.hpp"
#include "logs.hpp"
#include "settings.hpp"

#include <larder/redis/availability.hpp>
#include <larder/store/memory_purge_log.hpp>
#include <larder/store/redis_purge_log.hpp>
#include <larder/warm/warmer.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

#include <cstdio>
#include <list>
#include <signal.h>
#include <sys/resource.h>

namespace larder {
namespace asio = boost::asio;

namespace {

constexpr Milliseconds time_to_unwind{2'000};
constexpr Milliseconds drain_step{10};

/// SIGTERM and SIGINT, for the main thread to wait for; blocked in every thread begun after this.
class Signals {
 public:
  Signals() {
    ::sigemptyset(&set_);
    ::sigaddset(&set_, SIGTERM);
    ::sigaddset(&set_, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
  }

  void wait() const {
    int received = 0;
    ::sigwait(&set_, &received);
  }

 private:
  sigset_t set_{};
};

/// Each connection takes up to two descriptors, and the usual soft limit is 1024.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

Result<> cannot_listen(const net::Endpoint& endpoint, boost::system::error_code why) {
  std::fprintf(stderr, "larder: cannot listen on %s: %s\n", endpoint.text().c_str(), why.message().c_str());
  return why;
}

/// A loop with its thread: it runs until stopped, whether or not there is work.
class Worker {
 public:
  explicit Worker(const Shared& shared) : lane_(loop_, shared) {}

  asio::io_context& loop() { return loop_; }
  Lane& lane() { return lane_; }

  void start() {
    lane_.start();
    thread_ = std::thread([this] {
      loop_.run();
      ended_.set_value();
    });
  }

  /// Lets what was told to stop come to its end, until `deadline`.
  void join(SteadyTime deadline) {
    guard_.reset();
    if (ended_.get_future().wait_until(deadline) == std::future_status::timeout) loop_.stop();
    thread_.join();
  }

 private:
  asio::io_context loop_{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard_{loop_.get_executor()};
  Lane lane_;
  std::promise<void> ended_;
  std::thread thread_;
};

/// Everything, in the order it depends on each other.
class Program {
 public:
  explicit Program(const config::Config& config);

  Result<> listen();
  void start();
  void drain_and_stop();

  Log& log() { return logs_.log(); }

 private:
  std::unique_ptr<store::PurgeLog> make_purge_log();
  void write_waiting_purges();
  Shared shared();
  void make_warmer();
  void make_admin();
  Result<> listen_for_admin();

  const config::Config& config_;
  Logs logs_;
  SystemClock clock_;
  cache::Settings cache_settings_;
  cache::Commons commons_;
  std::vector<origin::Settings> upstreams_;
  std::optional<redis::Settings> redis_;
  std::vector<ListenAt> listeners_;
  std::optional<store::MemoryTier> memory_;
  asio::io_context log_loop_{1};
  asio::executor_work_guard<asio::io_context::executor_type> log_guard_{log_loop_.get_executor()};
  store::RedisPurgeLog* redis_log_ = nullptr;
  std::unique_ptr<store::PurgeLog> purge_log_;
  std::list<Worker> workers_;
  std::optional<warm::Warmer> warmer_;  ///< on the first worker's loop
  std::optional<AdminServer> admin_;    ///< on the first worker's loop
  std::thread log_thread_;
};

Program::Program(const config::Config& config)
    : config_(config),
      logs_(config.log),
      cache_settings_(cache_settings(config)),
      commons_(cache_settings_.upstreams),
      upstreams_(origin_settings(config)),
      listeners_(listen_at(config)) {
  if (config.store.redis) {
    redis_ = redis_settings(*config.store.redis);
    redis_->availability = std::make_shared<redis::Availability>(log());
  }
  if (config.store.memory != 0) memory_.emplace(config.store.memory, config.store.max_object);
  purge_log_ = make_purge_log();
  const unsigned threads =
      config.threads != 0 ? config.threads : std::max(1u, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < threads; ++i) workers_.emplace_back(shared());
  if (warm::has_jobs(cache_settings_.routes)) make_warmer();
  if (config.admin) make_admin();
}

void Program::make_warmer() {
  Worker& first = workers_.front();
  warmer_.emplace(first.loop(), first.lane().cache(), cache_settings_.routes, first.lane().warm_records(),
                  clock_, log());
}

void Program::make_admin() {
  AdminServer::Sources sources{.lanes = {},
                               .commons = commons_,
                               .memory = memory_ ? &*memory_ : nullptr,
                               .purge_log = *purge_log_,
                               .redis_log = redis_log_,
                               .warmer = warmer_ ? &*warmer_ : nullptr,
                               .clock = clock_,
                               .log = log()};
  for (Worker& worker : workers_) sources.lanes.push_back({worker.loop(), worker.lane()});
  admin_.emplace(workers_.front().loop(), std::move(sources), config_.admin->token);
}

std::unique_ptr<store::PurgeLog> Program::make_purge_log() {
  if (!redis_) return std::make_unique<store::MemoryPurgeLog>(clock_, purge_limits(config_));
  store::RedisPurgeLog::Settings settings;
  settings.redis = *redis_;
  settings.key_prefix = config_.store.redis->key_prefix;
  settings.limits = purge_limits(config_);
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
  }
  return {.clock = clock_,
          .log = log(),
          .cache = cache_settings_,
          .commons = commons_,
          .upstreams = upstreams_,
          .purge_log = *purge_log_,
          .memory = memory_ ? &*memory_ : nullptr,
          .redis = redis_ ? &*redis_ : nullptr,
          .redis_tier = redis_tier,
          .access_sink = config_.log.access == config::Logging::Access::on ? &logs_ : nullptr};
}

Result<> Program::listen() {
  // First the admin API: where requests are served it answers.
  const Result<> administered = admin_ ? listen_for_admin() : Result<>();
  if (!administered) return administered;
  for (ListenAt& at : listeners_) {
    net::Endpoint& endpoint = at.endpoint;
    Result<> free = net::probe(endpoint);
    for (Worker& worker : workers_) {
      if (!free) break;
      Result<std::unique_ptr<net::Listener>> listener = net::Listener::open(worker.loop(), endpoint, at.tls);
      if (!listener) {
        free = listener.error();
        break;
      }
      endpoint = (*listener)->endpoint();
      worker.lane().accept_on(std::move(*listener));
    }
    if (!free) return cannot_listen(endpoint, free.error());
    log().info("listening on {}{}", endpoint.text(), at.tls == nullptr ? "" : " for TLS");
  }
  return {};
}

Result<> Program::listen_for_admin() {
  const net::Endpoint endpoint = admin_endpoint(*config_.admin);
  const Result<> free = net::probe(endpoint);
  if (!free) return cannot_listen(endpoint, free.error());
  Result<std::unique_ptr<net::Listener>> listener = net::Listener::open(workers_.front().loop(), endpoint);
  if (!listener) return cannot_listen(endpoint, listener.error());
  log().info("admin API listening on {}", (*listener)->endpoint().text());
  admin_->server().accept_on(std::move(*listener));
  return {};
}

void Program::start() {
  if (redis_log_ != nullptr) redis_log_->start();
  log_thread_ = std::thread([this] { log_loop_.run(); });
  if (warmer_) {
    std::vector<std::string> own_ports;
    for (const ListenAt& at : listeners_) own_ports.push_back(at.endpoint.port);
    warmer_->start(std::move(own_ports));
  }
  for (Worker& worker : workers_) worker.start();
}

void Program::drain_and_stop() {
  const SteadyTime deadline = std::chrono::steady_clock::now() + config_.shutdown_grace;
  if (admin_) admin_->drain();
  if (warmer_) asio::post(workers_.front().loop(), [this] { warmer_->stop(); });
  std::vector<std::future<void>> drained;
  for (Worker& worker : workers_) {
    drained.push_back(asio::co_spawn(worker.loop(), worker.lane().drain(deadline), asio::use_future));
  }
  for (std::future<void>& lane : drained) lane.wait_until(deadline + time_to_unwind);
  // The admin API answers until nothing else does; it asks the lanes while their loops run.
  if (admin_) asio::post(workers_.front().loop(), [this] { admin_->server().close(); });
  for (Worker& worker : workers_) asio::post(worker.loop(), [&worker] { worker.lane().stop(); });
  // What ends now without an answer may be a write: its purge is appended on the way out.
  const SteadyTime unwound = std::chrono::steady_clock::now() + time_to_unwind;
  for (Worker& worker : workers_) worker.join(unwound);
  write_waiting_purges();
  if (redis_log_ != nullptr) redis_log_->stop();
  log_guard_.reset();
  log_thread_.join();
}

/// Purges that wait for Redis would be forgotten with this process; what Redis holds would count again.
void Program::write_waiting_purges() {
  if (redis_log_ == nullptr) return;
  const SteadyTime deadline = std::chrono::steady_clock::now() + time_to_unwind;
  while (redis_log_->waiting() != 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(drain_step);
  }
  if (const std::size_t lost = redis_log_->waiting(); lost != 0) {
    log().error(
        "{} purges never reached Redis: what they name may be served from there until its TTL ends; "
        "delete {}:r:* in Redis to be sure",
        lost, config_.store.redis->key_prefix);
  }
}

}  // namespace

int run_program(const config::Config& config) {
  const Signals signals;
  raise_descriptor_limit();
  Program program(config);
  if (!program.listen()) return 1;
  program.start();
  signals.wait();
  program.log().info("shutting down: requests in flight have {} ms", config.shutdown_grace.count());
  program.drain_and_stop();
  program.log().info("bye");
  return 0;
}

}  // namespace larder
