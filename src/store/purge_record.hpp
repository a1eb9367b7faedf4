#pragma once

#include <larder/base/clock.hpp>
#include <larder/policy/purge.hpp>
#include <larder/redis/command.hpp>
#include <larder/redis/value.hpp>
#include <larder/store/position.hpp>
#include <larder/store/purge_log.hpp>
#include <larder/store/purge_table.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::store {

/// A record as it waits to be written: what is purged, and when that was said.
struct PurgeRecord {
  PurgeBatch batch;
  Time at{};

  void apply_to(PurgeTable& table, std::optional<Position> position) const {
    table.apply(batch.purges, position, at, batch.strength);
  }
};

/// A record as it was read from the stream.
struct ReadRecord {
  Position position;
  std::vector<policy::Purge> purges;
  Strength strength = Strength::hard;
  std::size_t bytes = 0;                     ///< about what it takes in Redis
  std::optional<std::uint64_t> node;         ///< that the log was whole on (redis::Link), as its writer says
  std::optional<Milliseconds> max_lifetime;  ///< the writer's, in a statement
};

/// Adds a record's fields to an XADD, readable with redis-cli: `resource shop.example/products/7 at
/// 2026-11-21T10:15:00.123Z by web1:812:4f why "PUT http://shop.example/products/7"`, and `soft 1` if it
/// is.
void add_fields(redis::Command& command, const PurgeRecord& record, std::string_view by);

/// What the records are that purge nothing of their own.
enum class Statement {
  marker,   ///< a log begins, or lost records: everything before it counts as purged
  witness,  ///< the log is whole, on a node that was not vouched for before; purges nothing
};

/// Who makes a statement about the log.
struct Author {
  std::string by;                ///< names the instance
  Milliseconds max_lifetime{0};  ///< how far back it needs the log
};

/// Adds the fields of a statement about the log: `kind witness node 8f3a... max_lifetime 86400000 at ... by
/// ...`, the lifetime in milliseconds.
void add_statement(redis::Command& command, Statement statement, std::uint64_t node, Time at,
                   const Author& author);

/// Reads an entry of a stream, `[id, [name, value, ...]]`. Unknown fields are skipped (to a larder that
/// knows no soft purges they are hard); a marker, and a record that says nothing we understand, purges
/// everything. Error::malformed if there is not even a
/// position.
Result<ReadRecord> read_record(const redis::Value& entry);

/// "2026-11-21T10:15:00.123Z"
std::string format_time(Time time);

}  // namespace larder::store
