#pragma once

#include <larder/http/message.hpp>
#include <larder/http/range.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace larder::policy {

/// A stored part and a newer one put together (RFC 9111, section 3.4): the newer one's content, with what
/// the older content has before and after it.
struct Combination {
  std::size_t before = 0;    ///< bytes of the older content's beginning
  std::size_t after = 0;     ///< bytes of the older content's end
  http::ByteRange range;     ///< of it all
  std::uint64_t length = 0;  ///< of the whole representation

  bool is_whole() const { return range.size() == length; }
};

/// RFC 9111, section 3.4 and RFC 9110, section 15.3.7.3: parts of one representation, by the same strong
/// validator, that overlap or follow each other. Nothing if they are not, or if one is not what its
/// Content-Range says.
std::optional<Combination> combine(const http::FieldList& older, std::uint64_t older_size,
                                   const http::FieldList& newer, std::uint64_t newer_size);

/// The fields of both: the older ones, replaced by the newer one's (RFC 9110, section 15.3.7.3).
/// Content-Range is that of the combination, and is missing if it is whole: that is a 200.
http::FieldList combined_fields(const http::FieldList& older, const http::FieldList& newer,
                                const Combination& combination);

/// What is missing of a stored part, in one piece, and how to ask for it.
struct Gap {
  std::string range;         ///< the value of Range
  std::string if_range;      ///< the value of If-Range; empty if the part has no validator
  std::uint64_t length = 0;  ///< of the whole representation
};

/// RFC 9111, section 3.3: nothing if the part lacks bytes at both ends, their number is unknown, or its
/// validator is a weak one, by which nothing may be put together (section 3.4).
std::optional<Gap> gap_of(const http::FieldList& part_fields, std::uint64_t part_size);

/// Asks for what is missing, and for the whole if that is no longer a part of the same (RFC 9110,
/// section 13.1.5).
void ask_for_gap(http::FieldList& request_fields, const Gap& gap);

}  // namespace larder::policy
