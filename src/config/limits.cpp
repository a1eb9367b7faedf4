#include "scalars.hpp"
#include "sections.hpp"

#include <larder/base/units.hpp>

#include <algorithm>

namespace larder::config {
namespace {

constexpr std::uint64_t least_head = 1ull << 10;
constexpr std::uint64_t most_head = 1ull << 20;
constexpr std::uint64_t most_fields = 10'000;

/// `auto` (0) or a number.
std::optional<std::uint64_t> read_connections(const Value& value) {
  if (value.is_scalar() && value.node().Scalar() == "auto") return 0;
  return number(value, 1);
}

/// `auto` (0) or a size.
std::optional<std::uint64_t> read_buffered(const Value& value) {
  constexpr std::uint64_t least_buffered = 1ull << 20;
  if (value.is_scalar() && value.node().Scalar() == "auto") return 0;
  const std::optional<std::uint64_t> bytes = size(value);
  if (!bytes || *bytes >= least_buffered) return bytes;
  value.error("must be auto or at least " + format_size(least_buffered));
  return std::nullopt;
}

std::optional<std::uint64_t> number_or_none(const Value& value) {
  return number(value, 0);
}

std::optional<std::uint64_t> read_head_size(const Value& value) {
  const std::optional<std::uint64_t> bytes = size(value);
  if (!bytes || (*bytes >= least_head && *bytes <= most_head)) return bytes;
  value.error("must be from 1KiB to 1MiB");
  return std::nullopt;
}

std::optional<std::uint64_t> read_fields(const Value& value) {
  const std::optional<std::uint64_t> fields = number(value, 1);
  if (!fields || *fields <= most_fields) return fields;
  value.error("must be at most 10000");
  return std::nullopt;
}

void read_head(const Value& value, Limits::Head& head) {
  read_map(value, "limits.head", [&](Map& map) {
    map.read("size", head.size, read_head_size);
    map.read("fields", head.fields, read_fields);
    map.read("time", head.time, positive_duration);
  });
}

void read_content(const Value& value, Limits::Content& content) {
  read_map(value, "limits.content", [&](Map& map) {
    map.read("size", content.size, size);
    map.read("slowest", content.slowest, number_or_none);
  });
}

}  // namespace

void read_limits(const Value& value, Limits& limits) {
  read_map(value, "limits", [&](Map& map) {
    map.read("connections", limits.connections, read_connections);
    map.read("connections_per_address", limits.connections_per_address, number_or_none);
    if (const Value* head = map.find("head")) read_head(*head, limits.head);
    if (const Value* content = map.find("content")) read_content(*content, limits.content);
    map.read("idle", limits.idle, positive_duration);
    map.read("buffered", limits.buffered, read_buffered);
  });
}

std::uint64_t buffered_limit(const Config& config) {
  constexpr std::uint64_t least_auto = 64ull << 20;
  const std::uint64_t memory = config.store.memory;
  const std::uint64_t buffered = config.limits.buffered;
  return memory + (buffered != 0 ? buffered : std::max(memory / 4, least_auto));
}

}  // namespace larder::config
