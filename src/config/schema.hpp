#pragma once

#include "node.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace larder::config {

namespace json = boost::json;

// Parts of the JSON Schema (draft 7). A scalar may hold a `${VARIABLE}` in the place of what it is, and YAML
// takes `3` for a number, `true` for a truth value: larder reads scalars as texts.

/// Texts that match a regular expression of ECMA 262.
json::object pattern_schema(std::string_view pattern);

/// The same for texts that may be numbers or truth values to YAML.
json::object scalar_schema(std::string_view pattern);

json::object any_text_schema();

/// One of these words.
json::object words_schema(std::span<const std::string> words);

/// `on`, `off` and the other words for it.
json::object switch_schema();

json::object number_schema(std::uint64_t least, std::uint64_t most);

/// A list of such values, none of them twice.
json::object list_schema(json::object item);

/// One such value, or a list of some.
json::object one_or_list_schema(const json::object& one);

/// What is either.
json::object either_schema(json::object one, json::object other);

/// A map of these keys alone.
json::object section_schema(json::object properties, json::array required);

/// A map of names to such values.
json::object map_schema(json::object value);

/// Says that without the key it is as if that were written; nothing for a section, or what has no default.
void add_default(json::object& schema, const Node& node);

/// The same for readers: `[a, b]`, `none`; empty for a section.
std::string default_text(const Node& node);

}  // namespace larder::config
