#include "storable.hpp"
#include "strong_validator.hpp"

#include <larder/base/text.hpp>
#include <larder/policy/combining.hpp>
#include <larder/policy/partial.hpp>

#include <algorithm>

namespace larder::policy {
namespace {

// The Content-Range of a part, if it is valid.
std::optional<http::ContentRange> content_of(const http::FieldList& fields, std::uint64_t size) {
  if (fields.count("Content-Range") != 1) return std::nullopt;
  const auto content = http::parse_content_range(fields.find("Content-Range").value_or(""));
  if (!content || !content->length || content->range.size() != size) return std::nullopt;
  return content;
}

// A bound that no valid length exceeds keeps sums from overflowing.
bool touch(const http::ByteRange& a, const http::ByteRange& b) {
  return a.first <= b.last + 1 && b.first <= a.last + 1;
}

}  // namespace

std::optional<Combination> combine(const http::FieldList& older, std::uint64_t older_size,
                                   const http::FieldList& newer, std::uint64_t newer_size) {
  const auto validator = strong_validator(older);
  if (!validator || validator != strong_validator(newer)) return std::nullopt;
  const auto old_content = content_of(older, older_size);
  const auto new_content = content_of(newer, newer_size);
  if (!old_content || !new_content || old_content->length != new_content->length) return std::nullopt;
  const http::ByteRange& a = old_content->range;
  const http::ByteRange& b = new_content->range;
  if (!touch(a, b)) return std::nullopt;
  Combination combination;
  if (a.first < b.first) combination.before = b.first - a.first;
  if (a.last > b.last) combination.after = a.last - b.last;
  combination.range = {std::min(a.first, b.first), std::max(a.last, b.last)};
  combination.length = *new_content->length;
  return combination;
}

http::FieldList combined_fields(const http::FieldList& older, const http::FieldList& newer,
                                const Combination& combination) {
  http::FieldList updates = storable_lines(newer);
  http::FieldList fields;
  fields.reserve(older.size() + updates.size(), older.wire().size() + updates.wire().size());
  for (const http::Field field : served_part_fields(older)) {
    // Those two are of one message.
    const bool is_past = equal_ignoring_case(field.name, "Date") || equal_ignoring_case(field.name, "Via");
    const bool replaced = is_past || updates.contains(field.name);
    if (!replaced) fields.add(field.name, field.value);
  }
  for (const http::Field field : updates) fields.add(field.name, field.value);
  // RFC 9111, section 4.2.3: as old as the newer one.
  if (const auto age = newer.find("Age")) fields.add("Age", *age);
  fields.remove("Content-Range");
  fields.remove("Content-Length");
  if (!combination.is_whole()) {
    fields.add("Content-Range", http::format_content_range(combination.range, combination.length));
  }
  return fields;
}

std::optional<Gap> gap_of(const http::FieldList& part_fields, std::uint64_t part_size) {
  const auto content = content_of(part_fields, part_size);
  if (!content) return std::nullopt;
  const bool lacks_beginning = content->range.first != 0;
  const bool lacks_end = content->range.last + 1 != *content->length;
  if (lacks_beginning == lacks_end) return std::nullopt;
  const std::optional<std::string> validator = strong_validator(part_fields);
  const bool is_weak = !validator && (part_fields.contains("ETag") || part_fields.contains("Last-Modified"));
  if (is_weak) return std::nullopt;
  Gap gap;
  gap.range = lacks_end ? "bytes=" + std::to_string(content->range.last + 1) + "-"
                        : "bytes=0-" + std::to_string(content->range.first - 1);
  gap.if_range = validator.value_or("");
  gap.length = *content->length;
  return gap;
}

void ask_for_gap(http::FieldList& request_fields, const Gap& gap) {
  request_fields.set("Range", gap.range);
  request_fields.remove("If-Range");
  if (!gap.if_range.empty()) request_fields.add("If-Range", gap.if_range);
}

}  // namespace larder::policy
