#pragma once

#include <larder/base/clock.hpp>
#include <larder/policy/purge.hpp>
#include <larder/redis/command.hpp>
#include <larder/redis/value.hpp>
#include <larder/store/position.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace larder::store {

/// A record as it waits to be written: what is purged, and when that was said.
struct PurgeRecord {
  std::vector<policy::Purge> purges;
  Time at{};
};

/// A record as it was read from the stream.
struct ReadRecord {
  Position position;
  std::vector<policy::Purge> purges;
};

/// Adds a record's fields to an XADD: `resource shop.example/products/7 at 2026-11-21T10:15:00.123Z by
/// web1:812:4f`, readable with redis-cli.
void add_fields(redis::Command& command, const PurgeRecord& record, std::string_view by);

/// Adds the fields of the record that a stream begins with.
void add_marker_fields(redis::Command& command, std::string_view log, Time at, std::string_view by);

/// Reads an entry of a stream, `[id, [name, value, ...]]`. Unknown fields are passed over; a marker, and a
/// record that says nothing we understand, purges everything. Error::malformed where there is not even a
/// position.
Result<ReadRecord> read_record(const redis::Value& entry);

/// "2026-11-21T10:15:00.123Z"
std::string format_time(Time time);

}  // namespace larder::store
