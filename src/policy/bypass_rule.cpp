#include "cookies.hpp"
#include "name_patterns.hpp"
#include "percent.hpp"

#include <larder/policy/bypass_rule.hpp>
#include <larder/policy/path_pattern.hpp>

#include <algorithm>
#include <string_view>

namespace larder::policy {
namespace {

bool names(const std::vector<std::string>& globs, std::string_view name) {
  return std::any_of(globs.begin(), globs.end(),
                     [name](const std::string& glob) { return glob_matches(glob, name); });
}

// PHP decodes the names of cookies and parameters, and makes these marks `_`.
bool is_mangled(char c) {
  return c == '.' || c == ' ' || c == '[' || c == '+';
}

// The name as it stands, decoded, and as PHP reads it.
bool names_as_read(const std::vector<std::string>& globs, std::string_view name) {
  if (names(globs, name)) return true;
  std::string read = percent_decoded(name);
  if (read != name && names(globs, read)) return true;
  if (std::none_of(read.begin(), read.end(), is_mangled)) return false;
  std::replace_if(read.begin(), read.end(), is_mangled, '_');
  return names(globs, read);
}

bool has_cookie(const std::vector<std::string>& globs, const http::FieldList& fields) {
  if (globs.empty() || !fields.contains("Cookie")) return false;
  return has_cookie_where(fields, [&globs](std::string_view name) { return names_as_read(globs, name); });
}

bool has_field(const std::vector<std::string>& globs, const http::FieldList& fields) {
  if (globs.empty()) return false;
  return std::any_of(fields.begin(), fields.end(), [&globs](const http::Field& field) {
    return std::any_of(globs.begin(), globs.end(), [&field](const std::string& glob) {
      return glob_matches_field(glob, std::string_view(field.name));
    });
  });
}

// Origins part parameters at `&`, some at `;` too.
bool has_parameter(const std::vector<std::string>& globs, const http::Target& target) {
  if (globs.empty() || !target.query) return false;
  std::string_view rest = *target.query;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of("&;"), rest.size());
    const std::string_view text = rest.substr(0, end);
    if (!text.empty() && names_as_read(globs, text.substr(0, text.find('=')))) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

}  // namespace

bool takes_bypass(const BypassRule& rule, const http::RequestHead& request, const http::Target& target) {
  return has_cookie(rule.cookies, request.fields) || has_field(rule.headers, request.fields) ||
         has_parameter(rule.query, target);
}

}  // namespace larder::policy
