#pragma once

#include <larder/base/clock.hpp>
#include <larder/http/field_list.hpp>

#include <optional>
#include <string>

namespace larder::policy {

/// Whether a date of last modification is as good as a strong validator: the response was made at least a
/// second later (RFC 9110, section 8.8.2.2).
bool is_strong_date(const http::FieldList& fields, Time modified, Time now);

/// The strong validator of a response as If-Range takes it (RFC 9110, section 13.1.5): a strong entity tag,
/// or if there is no entity tag at all a strong date. Nothing if it has none.
std::optional<std::string> strong_validator(const http::FieldList& fields);

}  // namespace larder::policy
