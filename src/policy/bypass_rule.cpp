#include "cookies.hpp"
#include "name_patterns.hpp"
#include "percent.hpp"

#include <larder/policy/bypass_rule.hpp>

#include <algorithm>
#include <string_view>

namespace larder::policy {
namespace {

// Frameworks differ in whether case counts, and PHP reads `.` as `_`: rather too much is passed than too
// little.
bool names(const std::vector<std::string>& globs, std::string_view name) {
  return std::any_of(globs.begin(), globs.end(),
                     [name](const std::string& glob) { return glob_matches_field(glob, name); });
}

// The name as it stands, decoded, and as PHP reads it.
bool names_as_read(const std::vector<std::string>& globs, std::string_view name) {
  if (names(globs, name)) return true;
  if (name.find_first_of("%+[ ") == name.npos) return false;
  std::string read = percent_decoded(name);
  if (names(globs, read)) return true;
  std::replace_if(
      read.begin(), read.end(), [](char c) { return c == '+' || c == '[' || c == ' '; }, '_');
  return names(globs, read);
}

bool has_cookie(const std::vector<std::string>& globs, const http::FieldList& fields) {
  if (globs.empty() || !fields.contains("Cookie")) return false;
  return has_cookie_where(fields, [&globs](std::string_view name) { return names_as_read(globs, name); });
}

bool has_field(const std::vector<std::string>& globs, const http::FieldList& fields) {
  if (globs.empty()) return false;
  return std::any_of(fields.begin(), fields.end(), [&globs](const http::Field& field) {
    return names(globs, std::string_view(field.name));
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
