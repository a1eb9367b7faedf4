#pragma once

#include <larder/http/field_list.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::policy {

/// The value of a cookie in the request (RFC 6265, section 5.4), as received; nothing where it is not there.
/// Where a name comes more than once, all its values in order, joined by ";", which stands in no value: which
/// one an origin takes is not ours to know.
std::optional<std::string> cookie_value(const http::FieldList& request_fields, std::string_view name);

/// A Cookie value with only the cookies of those names, in the order of `names`: it depends on nothing but
/// their cookie_value()s. Nothing where there is none of them.
std::optional<std::string> cookies_named(const http::FieldList& request_fields,
                                         const std::vector<std::string>& names);

}  // namespace larder::policy
