#include "redis_room.hpp"
#include "value_reader.hpp"
#include "variant_index.hpp"

#include <larder/base/hash.hpp>
#include <larder/policy/key.hpp>
#include <larder/store/redis_tier.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace larder::store {
namespace {

constexpr int spread = 16;

/// What was fresh is kept so long past that, whatever its windows: for requests that allow stale use
/// themselves, and to tell that it must be validated.
constexpr Milliseconds kept_stale{60'000};

/// What a record has besides its content: heads and tags are bounded far below.
constexpr std::uint64_t most_around_content = 1'048'576;

/// Up to a sixteenth longer, the same for the same key.
Milliseconds with_jitter(Milliseconds expiry, std::string_view key) {
  constexpr std::uint64_t steps = 1'024;
  const auto step = static_cast<Milliseconds::rep>(hash_of(key) % steps);
  return expiry + expiry * step / (spread * Milliseconds::rep{steps});
}

/// Lets other work on this loop go first.
Task<> yield() {
  co_await boost::asio::post(boost::asio::use_awaitable);
}

}  // namespace

RedisTier::RedisTier(redis::Redis& redis, const PurgeLog& log, const Clock& clock, Settings settings)
    : redis_(redis),
      log_(log),
      clock_(clock),
      settings_(std::move(settings)),
      log_name_(purge_log_name(settings_.key_prefix)),
      room_(std::make_unique<RedisRoom>(redis, settings_.max_used_memory, settings_.news)) {}

RedisTier::~RedisTier() = default;

std::shared_ptr<VariantIndex> RedisTier::no_variants() {
  return std::make_shared<VariantIndex>();
}

/// The node that has the purge log, if Redis may be used; else 0.
std::uint64_t RedisTier::usable_node() const {
  if (!redis_.is_up() || !log_.is_in_step()) return 0;
  const std::uint64_t node = redis_.link(log_name_).node;
  return log_.follows(node) ? node : 0;
}

Task<Lookup> RedisTier::find(std::string_view primary_key, const http::FieldList& request_fields) {
  const std::uint64_t node = usable_node();
  if (node == 0) co_return Lookup{};
  ++counts_.reads;
  Record record = co_await read(primary_key, Trips::two);
  if (VaryRecord* vary = std::get_if<VaryRecord>(&record)) {
    if (vary->primary_key != primary_key) co_return bad_record();
    co_return co_await find_variant(primary_key, std::move(*vary), request_fields, node);
  }
  const auto* draft = std::get_if<std::shared_ptr<Draft>>(&record);
  if (!draft) co_return Lookup{};
  if ((*draft)->primary_key != primary_key || !(*draft)->vary.empty()) co_return bad_record();
  co_return admit(**draft, node);
}

Task<Lookup> RedisTier::find_variant(std::string_view primary_key, VaryRecord vary,
                                     const http::FieldList& request_fields, std::uint64_t node) {
  // RFC 9111, section 4.1: the selecting header fields must match.
  const std::string variant_key = policy::variant_key(primary_key, vary.names, request_fields);
  // The second round trip already: a large one must not take a third.
  const Record record = co_await read(variant_key, Trips::one);
  const auto* found = std::get_if<std::shared_ptr<Draft>>(&record);
  if (!found) co_return Lookup{nullptr, policy::Reason::vary};
  Draft& draft = **found;
  if (draft.primary_key != primary_key || draft.variant_key != variant_key || draft.vary != vary.names) {
    co_return bad_record();
  }
  co_return admit(draft, node);
}

void RedisTier::remember(const StoredResponse& response) {
  if (response.has_vary()) settings_.variants->add(response.primary_key(), response.variant_key());
}

Task<std::vector<StoredResponsePtr>> RedisTier::variants(std::string_view primary_key) {
  std::vector<StoredResponsePtr> found;
  const std::uint64_t node = usable_node();
  const std::vector<std::string> keys = settings_.variants->find(primary_key);
  if (node == 0 || keys.empty()) co_return found;
  const auto executor = co_await boost::asio::this_coro::executor;
  const auto reading = [&](const std::string& key) {
    return boost::asio::co_spawn(executor, read(key, Trips::beginning), boost::asio::deferred);
  };
  std::vector<decltype(reading(keys.front()))> reads;
  for (const std::string& key : keys) reads.push_back(reading(key));
  auto all = boost::asio::experimental::make_parallel_group(std::move(reads));
  const auto [order, errors, records] =
      co_await all.async_wait(boost::asio::experimental::wait_for_all(), boost::asio::use_awaitable);
  for (const Record& record : records) {
    const auto* draft = std::get_if<std::shared_ptr<Draft>>(&record);
    const bool is_variant = draft && (*draft)->primary_key == primary_key && !(*draft)->vary.empty();
    if (!is_variant) continue;
    Lookup admitted = admit(**draft, node);
    if (admitted.response) found.push_back(std::move(admitted.response));
  }
  co_return found;
}

Lookup RedisTier::admit(Draft& draft, std::uint64_t node) {
  doorkeeper_.note(hash_of(draft.variant_key));
  if (!log_.admit(draft)) return {nullptr, policy::Reason::purged};
  // Asked once more, after the check: what was purged here meanwhile may not have a position to be judged by,
  // and positions count with one node only.
  if (usable_node() != node) return {};
  // Smaller ones lie in the stored response, which its tier counts.
  const std::size_t size = draft.content.size();
  if (settings_.buffered != nullptr && size > StoredResponse::most_inside) {
    if (!settings_.buffered->has_room(size)) {
      settings_.buffered->ask_for_room();
      return {};
    }
    draft.content = ByteBudget::count(settings_.buffered, std::move(draft.content));
  }
  return {StoredResponse::from(draft), policy::Reason::none};
}

Lookup RedisTier::bad_record() {
  ++counts_.bad_records;
  return {};
}

Task<Record> RedisTier::read(std::string_view key, Trips trips) {
  std::string name = policy::redis_name(settings_.key_prefix, key);
  const std::uint64_t most = settings_.max_object + most_around_content;
  const Result<Bytes> value = co_await read_value(redis_, std::move(name), most, trips);
  const bool is_refused = !value && value.error() == Error::refused;
  if (value || is_refused) settings_.read_refused->store(is_refused, std::memory_order_relaxed);
  if (!value) {
    ++counts_.failed_reads;
    co_return Record{};
  }
  if (value->empty()) co_return Record{};
  Record record = decode(*value);
  if (PackedResponse* packed = std::get_if<PackedResponse>(&record)) {
    record = co_await unpack(std::move(*packed));
  }
  if (std::holds_alternative<std::monostate>(record)) ++counts_.bad_records;
  co_return record;
}

Task<Record> RedisTier::unpack(PackedResponse packed) {
  if (packed.size > settings_.max_object) co_return Record{};
  Unpacking unpacking(zstd_, std::move(packed.packed), packed.size);
  while (unpacking.step()) co_await yield();
  std::optional<Bytes> content = unpacking.take();
  if (!content) co_return Record{};
  packed.draft->content = std::move(*content);
  co_return Record{std::move(packed.draft)};
}

Task<EncodedRecord> RedisTier::encoded(const StoredResponsePtr& response) {
  if (!is_worth_packing(*response)) co_return encode(response);
  Packing packing(zstd_, content_of(response));
  while (packing.step()) co_await yield();
  const std::optional<Bytes> packed = packing.take();
  if (!packed) co_return encode(response);
  ++counts_.packed_writes;
  co_return encode(response, *packed);
}

bool RedisTier::accepts(const StoredResponse& response, std::uint64_t) const {
  const bool is_refused = settings_.write_refused->load(std::memory_order_relaxed) ||
                          settings_.read_refused->load(std::memory_order_relaxed);
  return usable_node() != 0 && !is_refused && use_of(response) > Milliseconds{0} &&
         room_->has_room(name_of(response)) &&
         doorkeeper_.would_admit(hash_of(response.variant_key()), std::chrono::steady_clock::now());
}

Task<> RedisTier::put(StoredResponsePtr response) {
  // Out of step, others could read what only a purge that waits here would forbid.
  const std::uint64_t node = usable_node();
  if (node == 0 || !log_.is_valid(*response)) {
    ++counts_.skipped_writes;
    co_return;
  }
  if (!doorkeeper_.admits(hash_of(response->variant_key()), std::chrono::steady_clock::now())) {
    ++counts_.unadmitted_writes;
    co_return;
  }
  const auto executor = co_await boost::asio::this_coro::executor;
  room_->look(name_of(*response), executor);
  const EncodedRecord record = co_await encoded(response);
  // Packing may have taken a while.
  if (usable_node() != node) {
    ++counts_.skipped_writes;
    co_return;
  }
  const Milliseconds expiry = expiry_of(*response);
  redis::Command command = set_command(response->variant_key(), record, expiry);
  if (!response->has_vary()) {
    co_await write(std::move(command));
    co_return;
  }
  // Both commands leave before the first wait; answers come in order, so the second covers both.
  const std::vector<std::string_view> fields = response->vary();
  const VaryRecord vary{std::string(response->primary_key()), {fields.begin(), fields.end()}};
  redis::Command names = set_command(response->primary_key(), encode(vary), settings_.max_lifetime);
  boost::asio::co_spawn(executor, write(std::move(command)), boost::asio::detached);
  co_await write(std::move(names));
}

std::string RedisTier::name_of(const StoredResponse& response) const {
  return policy::redis_name(settings_.key_prefix, response.variant_key());
}

redis::Command RedisTier::set_command(std::string_view key, const EncodedRecord& record,
                                      Milliseconds expiry) const {
  redis::Command command("SET");
  const std::string name = policy::redis_name(settings_.key_prefix, key);
  command.key(name);
  command.arg(record.head, record.body);
  // What is there is replaced all the same, or others would go on using it.
  if (!room_->has_room(name)) command.arg("XX");
  command.arg("PX");
  command.arg(std::int64_t{with_jitter(expiry, key).count()});
  return command;
}

Task<> RedisTier::write(redis::Command command) {
  ++counts_.writes;
  const Result<redis::Value> reply = co_await redis_.execute(std::move(command));
  if (!reply || reply->is_error()) ++counts_.failed_writes;
  if (reply) settings_.write_refused->store(reply->is_error(), std::memory_order_relaxed);
  if (reply && reply->is_nil()) ++counts_.full_writes;
}

/// As long as it is of use: what can be validated is, when it is stale too, and for a while anything that
/// was fresh. 0 or less: of none.
Milliseconds RedisTier::use_of(const StoredResponse& response) const {
  if (response.can_validate) return settings_.max_lifetime;
  const policy::Lifetimes lifetimes = response.lifetimes;
  const Milliseconds when_stale = lifetimes.freshness > Milliseconds{0} ? kept_stale : Milliseconds{0};
  const Milliseconds usable =
      policy::remaining_freshness(lifetimes, clock_.now()) +
      std::max({when_stale, lifetimes.stale_while_revalidate, lifetimes.stale_if_error});
  return std::min(usable, settings_.max_lifetime);
}

/// At least a moment, since it replaces an older response.
Milliseconds RedisTier::expiry_of(const StoredResponse& response) const {
  return std::max(use_of(response), Milliseconds{1});
}

}  // namespace larder::store
