#pragma once

#include <larder/http/field_list.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace larder::http {

/// Takes the next member off the front of a comma-separated list, as split_list() would name it; empty once
/// there is none left. For readers that do not need a vector.
std::string_view next_member(std::string_view& rest);

/// The members of a comma-separated list (RFC 9110, section 5.6.1), trimmed, empty ones left out; commas
/// inside quoted strings do not separate.
std::vector<std::string_view> split_list(std::string_view value);

/// Whether any line named `name` lists `member`, ignoring case.
bool list_contains(const FieldList& fields, FieldName name, std::string_view member);

}  // namespace larder::http
