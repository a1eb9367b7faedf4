#include "access.hpp"

#include <larder/base/text.hpp>

#include <algorithm>
#include <array>

namespace larder::admin {
namespace {

/// Names that do not depend on DNS.
bool is_own_name(std::string_view host) {
  constexpr std::array<std::string_view, 3> names{"localhost", "127.0.0.1", "[::1]"};
  return std::ranges::find(names, host) != names.end();
}

/// Every field line of that name, if any, is `allowed`.
template <class Allowed>
bool all_lines(const http::FieldList& fields, http::FieldName name, Allowed allowed) {
  return std::ranges::all_of(
      fields, [&](const http::Field& field) { return field.name != name || allowed(trim(field.value)); });
}

}  // namespace

std::optional<Denial> deny_web_page(const http::RequestHead& head, const http::Target& target) {
  if (!is_own_name(target.host)) {
    return Denial{421, "Without a token in the admin section this answers localhost, 127.0.0.1 and [::1]."};
  }
  // RFC 6454, section 6.2: an origin as browsers write it.
  const std::string own = target.scheme + "://" + target.authority();
  const bool is_own_origin =
      all_lines(head.fields, "Origin", [&](std::string_view origin) { return origin == own; });
  const bool is_own_fetch = all_lines(head.fields, "Sec-Fetch-Site", [](std::string_view site) {
    return site == "same-origin" || site == "none";
  });
  if (is_own_origin && is_own_fetch) return std::nullopt;
  return Denial{403, "A web page may ask only if the admin section has a token."};
}

std::optional<Denial> deny_content_type(const http::FieldList& fields) {
  // RFC 9110, section 8.3.1: parameters do not change the type.
  const std::string_view value = fields.find("Content-Type").value_or("");
  const std::string_view type = trim(value.substr(0, value.find(';')));
  if (fields.count("Content-Type") == 1 && equal_ignoring_case(type, "application/json")) return std::nullopt;
  return Denial{415, "Changes need Content-Type: application/json."};
}

}  // namespace larder::admin
