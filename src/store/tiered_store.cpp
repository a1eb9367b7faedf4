#include <larder/store/tiered_store.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

namespace larder::store {
namespace {

bool is_fresh(const StoredResponse& response, Time now) {
  return policy::remaining_freshness(response.lifetimes, now) > Milliseconds{0};
}

bool is_newer(const StoredResponse& a, const StoredResponse& b) {
  return a.lifetimes.response_time() > b.lifetimes.response_time();
}

}  // namespace

TieredStore::TieredStore(MemoryTier* memory, RedisTier* redis, const PurgeLog& log, const Clock& clock)
    : memory_(memory), redis_(redis), log_(log), clock_(clock) {}

StoredResponsePtr TieredStore::find_now(std::string_view primary_key, const http::FieldList& request_fields) {
  return memory_ ? MemoryStore(*memory_, log_).find_now(primary_key, request_fields) : nullptr;
}

Task<std::vector<StoredResponsePtr>> TieredStore::variants(std::string_view primary_key) {
  std::vector<StoredResponsePtr> found;
  if (memory_) {
    MemoryStore local(*memory_, log_);
    found = co_await local.variants(primary_key);
  } else if (redis_) {
    found = co_await redis_->variants(primary_key);
  }
  co_return found;
}

Task<Lookup> TieredStore::find(std::string_view primary_key, const http::FieldList& request_fields) {
  Lookup local;
  if (memory_) local = MemoryStore(*memory_, log_).look_up(primary_key, request_fields);
  if (!redis_ || (local.response && is_fresh(*local.response, clock_.now()))) co_return local;
  Lookup shared = co_await redis_->find(primary_key, request_fields);
  co_return choose(std::move(local), std::move(shared));
}

Task<StoredResponsePtr> TieredStore::find_newer(StoredResponsePtr known,
                                                const http::FieldList& request_fields) {
  if (!redis_) co_return nullptr;
  Lookup shared = co_await redis_->find(known->primary_key(), request_fields);
  Lookup chosen = choose({known, policy::Reason::none}, std::move(shared));
  if (chosen.response == known) co_return nullptr;
  co_return std::move(chosen.response);
}

Lookup TieredStore::choose(Lookup local, Lookup shared) {
  if (!shared.response) return local.response || shared.absence == policy::Reason::absent ? local : shared;
  if (local.response && !is_newer(*shared.response, *local.response)) return local;
  // While Redis was asked, a still newer one may have come into memory: that one stays.
  if (memory_) memory_->put(shared.response, MemoryTier::Replace::if_newer);
  if (!memory_) redis_->remember(*shared.response);
  return shared;
}

bool TieredStore::accepts(const StoredResponse& response, std::uint64_t size) const {
  if (memory_ && MemoryStore(*memory_, log_).accepts(response, size)) return true;
  return redis_ && pending_->bytes + response.weight() + size <= max_pending_bytes &&
         redis_->accepts(response, size);
}

Task<> TieredStore::put(StoredResponsePtr response) {
  co_await put_holding(std::move(response), nullptr);
}

Task<> TieredStore::put_holding(StoredResponsePtr response, std::shared_ptr<void> held) {
  if (memory_) memory_->put(response);
  if (!redis_) co_return;
  if (pending_->bytes + response->weight() > max_pending_bytes) {
    pending_->skipped.fetch_add(1, std::memory_order_relaxed);
    co_return;
  }
  if (!memory_) redis_->remember(*response);
  const auto executor = co_await boost::asio::this_coro::executor;
  // On its own loop co_spawn() runs the coroutine up to its first wait before it returns: by then the
  // commands are on the connection.
  boost::asio::co_spawn(executor, write_behind(*redis_, std::move(response), pending_, std::move(held)),
                        boost::asio::detached);
}

Task<> TieredStore::write_behind(RedisTier& redis, StoredResponsePtr response,
                                 std::shared_ptr<Pending> pending, std::shared_ptr<void> held) {
  const std::uint64_t bytes = response->weight();
  pending->bytes += bytes;
  co_await redis.put(std::move(response));
  pending->bytes -= bytes;
  held.reset();
}

}  // namespace larder::store
