#include "worker.hpp"

#include <larder/net/timer.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace larder {
namespace {

constexpr Milliseconds redis_step{2};
constexpr Milliseconds redis_head_start{500};

}  // namespace

Worker::Worker(boost::asio::io_context& loop, const Shared& shared)
    : loop_(loop),
      purge_log_(shared.purge_log),
      redis_(shared.redis == nullptr ? nullptr : redis::make_redis(loop, *shared.redis, shared.log)),
      store_(shared.memory,
             redis_ == nullptr
                 ? nullptr
                 : &redis_tier_.emplace(*redis_, shared.purge_log, shared.clock, shared.redis_tier),
             shared.purge_log, shared.clock),
      origin_(*shared.generation.upstreams, shared.log, shared.outages),
      cache_(shared.generation.cache, store_, shared.purge_log, origin_, shared.clock, shared.coordinator,
             redis_ ? &leases_.emplace(*redis_, shared.purge_log,
                                       store::Leases::Settings{.key_prefix = shared.redis_tier.key_prefix})
                    : nullptr,
             &shared.loops, &shared.fronts),
      server_(loop, front_of_cache(shared), shared.clock, shared.server, shared.occupancy, shared.log,
              shared.access_sink, shared.coordinator.buffered().get()) {
  server_.trust(shared.generation.trusted_proxies());
}

/// What a request passes before the cache.
pipeline::Handler& Worker::front_of_cache(const Shared& shared) {
  pipeline::Handler* front = &cache_;
  if (redis_) {
    warm_records_.emplace(*redis_, purge_log_, shared.clock, shared.redis_tier.key_prefix);
    front = &hot_counter_.emplace(*front, shared.generation.routes(), *warm_records_);
  }
  if (shared.access_sink != nullptr) {
    front = &access_log_.emplace(*front, *shared.access_sink, shared.clock);
  }
  return *front;
}

void Worker::start() {
  if (redis_) redis_->start();
  if (hot_counter_) {
    boost::asio::co_spawn(loop_, hot_counter_->save_regularly(), boost::asio::detached);
  }
  boost::asio::co_spawn(loop_, accept(), boost::asio::detached);
}

Task<> Worker::accept() {
  const SteadyTime latest = std::chrono::steady_clock::now() + redis_head_start;
  while (redis_ && !(redis_->is_up() && purge_log_.is_in_step()) &&
         std::chrono::steady_clock::now() < latest) {
    co_await net::sleep_until(std::chrono::steady_clock::now() + redis_step);
  }
  for (const std::shared_ptr<net::Listener>& listener : listeners_) server_.accept_on(listener);
}

Task<> Worker::adopt(Generation generation) {
  // In one turn of the loop: no request sees routes without their upstreams.
  origin_.adopt(*generation.upstreams, cache_.settings());
  cache_.adopt(generation.cache);
  server_.trust(generation.trusted_proxies());
  for (std::size_t i = 0; i < listeners_.size(); ++i) listeners_[i]->renew(generation.certificates[i]);
  if (hot_counter_) co_await hot_counter_->adopt(generation.routes());
}

Task<Worker::Report> Worker::report() {
  Report report{server_.connections(), server_.responses(), std::nullopt};
  if (redis_) report.redis = Report::Redis{redis_->nodes(), redis_tier_->counts()};
  co_return report;
}

Task<std::size_t> Worker::drain(SteadyTime deadline) {
  listeners_.clear();
  server_.drain();
  cache_.drain();
  while (server_.connections() != 0 && std::chrono::steady_clock::now() < deadline) {
    co_await net::sleep_until(std::chrono::steady_clock::now() + drain_step);
  }
  const std::size_t cut_off = server_.close();
  if (hot_counter_) co_await hot_counter_->save();
  co_return cut_off;
}

void Worker::stop() {
  if (hot_counter_) hot_counter_->stop();
  server_.close();
  cache_.stop();
  origin_.close();
  if (redis_) redis_->stop();
}

}  // namespace larder
