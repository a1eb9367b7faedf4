#pragma once

#include <larder/policy/path_pattern.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::policy {

/// A field that the configuration writes, and the template of its value.
struct FieldTemplate {
  std::string name;
  std::string text;
  bool operator==(const FieldTemplate&) const = default;
};

/// What the placeholders of a template stand for: `{host}`, `{scheme}`, `{client}`, and by their names what
/// the route's match captures, as it stands in the path. A capture goes before a placeholder of that name.
struct TemplateValues {
  const Captures* captures = nullptr;
  std::string_view host;    ///< without port; as it is keyed, if the request may be answered from cache
  std::string_view scheme;  ///< "http" or "https"
  std::string_view client;  ///< its address
};

inline constexpr std::string_view host_placeholder = "host";
inline constexpr std::string_view scheme_placeholder = "scheme";
inline constexpr std::string_view client_placeholder = "client";

/// The names in braces of a template, in their order. Braces around what is no name, as in JSON, stand for
/// themselves.
std::vector<std::string_view> placeholders_of(std::string_view text);

/// The template with its placeholders replaced; nothing if that is no field value, or empty.
std::optional<std::string> expand_field(std::string_view text, const TemplateValues& values);

/// Whether a field's name is that one: case does not count, and `_` (CGI) and `.` (PHP) are `-`.
bool is_spelling_of(std::string_view name, std::string_view listed);

/// The same of a name or a glob of names.
bool is_field_named(std::string_view name, std::string_view pattern);

}  // namespace larder::policy
