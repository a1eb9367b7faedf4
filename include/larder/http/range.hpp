#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace larder::http {

/// Bytes of some content, counted from 0, both ends included.
struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t size() const { return last - first + 1; }
  bool operator==(const ByteRange&) const = default;
};

/// A single range as a request asks for it (RFC 9110, section 14.1.2): `bytes=0-4`, `bytes=5-`, `bytes=-5`.
struct RangeRequest {
  std::optional<std::uint64_t> first;  ///< nothing: the last `last` bytes
  std::optional<std::uint64_t> last;   ///< nothing: up to the end

  /// The bytes meant if the content has `length`; nothing if it has none of them.
  std::optional<ByteRange> within(std::uint64_t length) const;
};

/// Reads a Range field of one range in bytes. Nothing for several ranges, another unit, or anything that is
/// not a range.
std::optional<RangeRequest> parse_range(std::string_view text);

/// Content-Range of a part (RFC 9110, section 14.4): `bytes 0-4/10`.
struct ContentRange {
  ByteRange range;
  std::optional<std::uint64_t> length;  ///< of the whole; nothing if it says `*`
};

/// Nothing for another unit, an unsatisfied range and what is invalid: an end before the beginning or past
/// the length.
std::optional<ContentRange> parse_content_range(std::string_view text);

std::string format_content_range(const ByteRange& range, std::uint64_t length);

/// `bytes */10`, for a 416.
std::string format_unsatisfied_range(std::uint64_t length);

}  // namespace larder::http
