#include "storable.hpp"
#include "strong_validator.hpp"

#include <larder/base/text.hpp>
#include <larder/http/date.hpp>
#include <larder/http/etag.hpp>
#include <larder/policy/partial.hpp>

#include <algorithm>

namespace larder::policy {
namespace {

// X-Cache-* are larder's own: no stored response has them from its origin.
constexpr std::string_view answered_range = "X-Cache-Range";

constexpr std::string_view part_suffix = "#part";

// RFC 9110, section 13.1.5: the strong comparison, of dates too.
bool holds_if_range(const http::FieldList& request_fields, const http::FieldList& stored_fields, Time now) {
  const auto condition = request_fields.find("If-Range");
  if (!condition) return true;
  if (request_fields.count("If-Range") != 1) return false;
  if (const auto wanted = http::parse_etag(trim(*condition))) {
    const auto stored = http::parse_etag(trim(stored_fields.find("ETag").value_or("")));
    return stored && http::strongly_equal(*wanted, *stored);
  }
  const auto wanted = http::parse_date(trim(*condition), now);
  const auto stored = http::parse_date(trim(stored_fields.find("Last-Modified").value_or("")), now);
  return wanted && stored && *wanted == *stored && is_strong_date(stored_fields, *stored, now);
}

std::optional<http::RangeRequest> range_of(const http::RequestHead& request) {
  if (request.method != "GET" || request.fields.count("Range") != 1) return std::nullopt;
  return http::parse_range(request.fields.find("Range").value_or(""));
}

// How much of a part is there. Content shorter than Content-Range says is a part cut short; none is there
// twice.
http::ByteRange held_of(const http::ContentRange& content, std::size_t stored_size) {
  const std::uint64_t end = content.range.first + stored_size;
  return {content.range.first, std::min(content.range.last, end - 1)};
}

http::FieldList without_answered_range(http::FieldList fields) {
  fields.remove(answered_range);
  return fields;
}

}  // namespace

RangeDecision decide_range(const http::RequestHead& request, const http::FieldList& stored_fields,
                           std::uint64_t length, Time now) {
  const auto asked = range_of(request);
  // A whole response with a Content-Range of its own would end up with two.
  if (!asked || stored_fields.contains("Content-Range")) return {};
  if (!holds_if_range(request.fields, stored_fields, now)) return {};
  const auto range = asked->within(length);
  if (range) return {RangeDecision::Action::part, *range};
  // RFC 9110, section 15.5.17. The last bytes of nothing are all there are.
  const bool is_suffix_of_nothing = length == 0 && !asked->first;
  if (is_suffix_of_nothing) return {};
  return {RangeDecision::Action::unsatisfiable, {}};
}

bool asks_for_part(const http::RequestHead& request) {
  return range_of(request).has_value() && !request.fields.contains("If-None-Match") &&
         !request.fields.contains("If-Modified-Since");
}

std::string part_key(std::string_view primary_key) {
  return std::string(primary_key).append(part_suffix);
}

StoringDecision decide_storing_part(const StoringInput& input) {
  const http::FieldList& fields = input.response.fields;
  const auto content = http::parse_content_range(fields.find("Content-Range").value_or(""));
  const bool is_sound = input.response.status == 206 && fields.count("Content-Range") == 1 && content;
  if (!is_sound) return {Reason::partial, {}};
  http::ResponseHead as_whole = input.response;
  as_whole.status = 200;
  StoringDecision decision = decide_storing({.route = input.route,
                                             .request = input.request,
                                             .response = as_whole,
                                             .request_time = input.request_time,
                                             .response_time = input.response_time,
                                             .max_lifetime = input.max_lifetime,
                                             .chance = input.chance,
                                             .stored = input.stored,
                                             .size = input.size,
                                             .max_object = input.max_object});
  // Nobody can tell which of its bytes are the ones that it says (RFC 9110, section 14.4).
  if (decision.store() && input.size > content->range.size()) decision = {Reason::partial, {}};
  return decision;
}

http::FieldList part_fields(http::FieldList storable_fields, std::string_view range) {
  storable_fields.set(answered_range, range);
  return storable_fields;
}

std::optional<PartDecision> decide_part(const http::RequestHead& request,
                                        const http::FieldList& stored_fields, std::size_t stored_size,
                                        Time now) {
  const auto asked = range_of(request);
  const std::string_view stored_range = stored_fields.find("Content-Range").value_or("");
  const auto content = http::parse_content_range(stored_range);
  if (!asked || !content || stored_size == 0) return std::nullopt;
  if (!holds_if_range(request.fields, stored_fields, now)) return std::nullopt;
  if (request.fields.find("Range") == stored_fields.find(answered_range)) {
    return PartDecision{0, stored_size, std::string(stored_range)};
  }
  if (!content->length) return std::nullopt;
  const auto range = asked->within(*content->length);
  const http::ByteRange held = held_of(*content, stored_size);
  if (!range || range->first < held.first || range->last > held.last) return std::nullopt;
  return PartDecision{range->first - held.first, range->size(),
                      http::format_content_range(*range, *content->length)};
}

// RFC 9110, sections 15.3.5 and 15.3.7.
bool may_be_stored(std::string_view primary_key, int status, const http::FieldList& fields,
                   std::uint64_t content_size) {
  // In a key no other "#" stands before this word: key_of() encodes those of its parts.
  const bool is_part = primary_key.ends_with(part_suffix);
  if (!is_storable_status(status, is_part)) return false;
  if (!is_part) return are_storable(fields) && (status != 204 || content_size == 0);
  const auto content = http::parse_content_range(fields.find("Content-Range").value_or(""));
  const bool is_sound = fields.count("Content-Range") == 1 && content && content_size > 0 &&
                        content_size <= content->range.size();
  const std::size_t answered = fields.count(answered_range);
  return is_sound && answered <= 1 && are_storable(answered == 1 ? without_answered_range(fields) : fields);
}

http::FieldList served_part_fields(const http::FieldList& stored_fields) {
  http::FieldList fields = without_answered_range(stored_fields);
  fields.remove("Content-Range");
  return fields;
}

}  // namespace larder::policy
