#pragma once

#include <larder/http/field_list.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace larder::policy {

/// What each larder's own mark in CDN-Loop (RFC 8586) begins with; an id that is the instance's alone
/// follows.
inline constexpr std::string_view loop_mark_prefix = "larder-";

/// Whether a request has been here before, so that an upstream leads back: CDN-Loop holds `mark`, or the
/// request has passed more larders than any honest chain has (if one on the way is restarted again and
/// again, or leaves CDN-Loop out but keeps Via). An empty mark matches nothing.
bool has_been_here(const http::FieldList& request_fields, std::string_view mark);

/// What a request goes on with as CDN-Loop: what came, then `mark`. If its answer may be shared only
/// larders' marks go on, though RFC 8586, section 2, would keep all: a client that forged the mark of a CDN
/// between here and the origin would make it refuse what others wait for, and every loop through this
/// larder ends by its own mark. Nothing if there is nothing to say.
std::optional<std::string> loop_marks_to_forward(const http::FieldList& request_fields, std::string_view mark,
                                                 bool cacheable);

}  // namespace larder::policy
