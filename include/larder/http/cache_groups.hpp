#pragma once

#include <larder/http/field_list.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::http {

/// The groups that Cache-Groups puts a response into, or that Cache-Group-Invalidation names: a list of
/// strings, parameters ignored (RFC 9875, sections 2 and 3). Nothing if there is no such field or it is
/// anything else.
std::optional<std::vector<std::string>> parse_cache_groups(const FieldList& fields,
                                                           std::string_view field_name = "Cache-Groups");

}  // namespace larder::http
