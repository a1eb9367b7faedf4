#pragma once

#include <larder/http/field_list.hpp>
#include <larder/http/target.hpp>
#include <larder/policy/path_pattern.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace larder::policy {

/// How many members the lists in these fields have.
std::size_t count_members(const http::FieldList& fields, const http::FieldName& name);

/// The tag of a cache group (RFC 9875, section 2) that is out of other origins' reach.
std::string group_name(const http::Target& target, std::string_view group);

/// What a template makes of the captures, in each of tag_spellings(); nothing if it names another capture.
std::vector<std::string> expanded_tags(std::string_view text, const Captures& captures);

}  // namespace larder::policy
