#pragma once

#include <larder/base/byte_budget.hpp>
#include <larder/base/clock.hpp>
#include <larder/base/count_table.hpp>
#include <larder/redis/availability.hpp>
#include <larder/redis/redis.hpp>
#include <larder/store/doorkeeper.hpp>
#include <larder/store/packing.hpp>
#include <larder/store/purge_log.hpp>
#include <larder/store/record.hpp>
#include <larder/store/store.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace larder::store {

enum class Trips;
class RedisRoom;
class VariantIndex;

/// The shared tier: stored responses in Redis as records (record.hpp), each under policy::redis_name() of its
/// key and each with an expiry. One for each thread, over that thread's client. A failure is a miss,
/// counted.
class RedisTier final : public Store {
 public:
  struct Settings {
    std::string key_prefix = "larder";
    Milliseconds max_lifetime{24 * 3'600'000};  ///< nothing stays longer, except by a sixteenth (see put())
    std::uint64_t max_object = 8u << 20;        ///< a packed content that says it is larger is a miss
    Doorkeeper::Limits doorkeeper;
    unsigned max_used_memory = 90;  ///< percent of Redis's maxmemory; past it only what is there is replaced
    std::shared_ptr<redis::Availability> news{};  ///< hears of it; may be nullptr
    /// Whether Redis refused the last write; threads that share a copy of the settings learn of it together.
    std::shared_ptr<std::atomic<bool>> write_refused = std::make_shared<std::atomic<bool>>(false);
    /// The same of the last read: nobody gets what cannot be read.
    std::shared_ptr<std::atomic<bool>> read_refused = std::make_shared<std::atomic<bool>>(false);
    /// Which variants were written or found here; shared likewise.
    std::shared_ptr<VariantIndex> variants = no_variants();
    /// Where large contents that were read count; without room a large one is a miss. nullptr: nowhere.
    std::shared_ptr<ByteBudget> buffered{};
  };

  static std::shared_ptr<VariantIndex> no_variants();

  RedisTier(redis::Redis& redis, const PurgeLog& log, const Clock& clock, Settings settings);
  ~RedisTier() override;

  bool sees_now() const override { return false; }

  /// Always nothing: Redis means waiting.
  StoredResponsePtr find_now(std::string_view, const http::FieldList&) override { return nullptr; }

  /// At most two round trips, the second only for a response with Vary, or one of more than 64 KiB. Nothing
  /// while the purge log is out of step.
  Task<Lookup> find(std::string_view primary_key, const http::FieldList& request_fields) override;

  /// Has variants() look for it from now on, if it has a Vary.
  void remember(const StoredResponse& response);

  /// Those that were remembered, are still there, and have records of at most 64 KiB; all are read at the
  /// same time.
  Task<std::vector<StoredResponsePtr>> variants(std::string_view primary_key) override;

  bool accepts(const StoredResponse& response, std::uint64_t size) const override;

  /// Packs a content if that is worth it; expiries are lengthened by up to a sixteenth, so that what is
  /// written together does not expire together. If too many new keys come, those not seen before are left
  /// out (doorkeeper.hpp). Waits for Redis' answer; except for records of more than 64 KiB, which have a
  /// connection of their own, the commands are on the connection before the first wait, so that a find()
  /// issued after put() was begun on this thread sees them.
  Task<> put(StoredResponsePtr response) override;

  /// On the thread's loop.
  struct Counts {
    std::uint64_t reads = 0;
    std::uint64_t failed_reads = 0;
    std::uint64_t bad_records = 0;
    std::uint64_t writes = 0;
    std::uint64_t failed_writes = 0;
    std::uint64_t skipped_writes = 0;
    std::uint64_t unadmitted_writes = 0;
    std::uint64_t packed_writes = 0;
    std::uint64_t full_writes = 0;

    static constexpr auto table = std::to_array<CountRow<Counts>>({
        {"reads", &Counts::reads, "Responses looked for in Redis."},
        {"failed_reads", &Counts::failed_reads,
         "Reads that Redis did not answer, or answered with an error."},
        {"bad_records", &Counts::bad_records,
         "Records in Redis that were garbled, of another version, or of another key."},
        {"writes", &Counts::writes, "Records sent to Redis."},
        {"failed_writes", &Counts::failed_writes,
         "Writes that Redis did not answer, or answered with an error."},
        {"skipped_writes", &Counts::skipped_writes,
         "Responses not written because Redis was down or the purge log out of step."},
        {"unadmitted_writes", &Counts::unadmitted_writes,
         "Responses not written because too many that were not seen before came."},
        {"packed_writes", &Counts::packed_writes, "Records written with a packed content."},
        {"full_writes", &Counts::full_writes,
         "Records not written because they are new and Redis uses more memory than max_used_memory."},
    });
  };
  const Counts& counts() const { return counts_; }

 private:
  std::uint64_t usable_node() const;
  Task<Record> read(std::string_view key, Trips trips);
  Task<Record> unpack(PackedResponse packed);
  Task<EncodedRecord> encoded(const StoredResponsePtr& response);
  redis::Command set_command(std::string_view key, const EncodedRecord& record, Milliseconds expiry) const;
  std::string name_of(const StoredResponse& response) const;
  Task<> write(redis::Command command);
  Task<Lookup> find_variant(std::string_view primary_key, VaryRecord vary,
                            const http::FieldList& request_fields, std::uint64_t node);
  Lookup admit(Draft& draft, std::uint64_t node);
  Lookup bad_record();
  Milliseconds use_of(const StoredResponse& response) const;
  Milliseconds expiry_of(const StoredResponse& response) const;

  redis::Redis& redis_;
  const PurgeLog& log_;
  const Clock& clock_;
  Settings settings_;
  std::string log_name_;
  Doorkeeper doorkeeper_{settings_.doorkeeper};
  Zstd zstd_;
  std::unique_ptr<RedisRoom> room_;
  Counts counts_;
};

}  // namespace larder::store
