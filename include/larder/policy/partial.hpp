#pragma once

#include <larder/http/range.hpp>
#include <larder/policy/storing.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace larder::policy {

/// What of a stored response's content answers a GET with a Range.
struct RangeDecision {
  enum class Action {
    whole,          ///< 200: no Range, or one that is ignored
    part,           ///< 206
    unsatisfiable,  ///< 416
  };
  Action action = Action::whole;
  http::ByteRange range;  ///< of a part
};

/// RFC 9110, sections 14.2 and 13.1.5, for a stored 200 with `length` bytes of content. Several ranges are
/// answered whole, and so is a range whose If-Range does not hold.
RangeDecision decide_range(const http::RequestHead& request, const http::FieldList& stored_fields,
                           std::uint64_t length, Time now);

/// Whether a miss can be filled by asking the origin for the same part: a GET for one range of bytes, without
/// conditions that only a whole response can be checked against.
bool asks_for_part(const http::RequestHead& request);

/// The key under which the last part of a response is stored (RFC 9111, section 3.3): apart from whole ones.
std::string part_key(std::string_view primary_key);

/// Whether the 206 that answers a request for a part may be stored as such. As for a 200, and Content-Range
/// must be valid, and say no less than there is.
StoringDecision decide_storing_part(const StoringInput& input);

/// The fields under which a part is stored: with a line of ours that keeps the Range it answered.
http::FieldList part_fields(http::FieldList storable_fields, std::string_view range);

/// What of a stored part answers a request.
struct PartDecision {
  std::size_t from = 0;  ///< in the stored content
  std::size_t size = 0;
  std::string content_range;
};

/// A range wholly within what is stored, or the very range that the part answered (RFC 9111, section 3.3).
/// `stored_size` bytes of content are there, starting where Content-Range says.
std::optional<PartDecision> decide_part(const http::RequestHead& request,
                                        const http::FieldList& stored_fields, std::size_t stored_size,
                                        Time now);

/// The fields with which a stored part is served, except Content-Range.
http::FieldList served_part_fields(const http::FieldList& stored_fields);

}  // namespace larder::policy
