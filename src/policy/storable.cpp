#include "storable.hpp"

#include <larder/base/text.hpp>
#include <larder/http/list.hpp>
#include <larder/policy/forwarding.hpp>
#include <larder/policy/freshness.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace larder::policy {
namespace {

bool names_field(const std::vector<std::string>& names, std::string_view field) {
  return std::any_of(names.begin(), names.end(),
                     [field](const std::string& name) { return equal_ignoring_case(name, field); });
}

// Fields that larder writes anew for every answer.
bool is_ours(std::string_view name) {
  constexpr std::string_view family = "X-Cache-";
  return equal_ignoring_case(name, "Age") || equal_ignoring_case(name, "X-Cache") ||
         equal_ignoring_case(name.substr(0, family.size()), family);
}

}  // namespace

// RFC 9111, section 3.1; sections 5.2.2.4 and 5.2.2.7 for the fields that no-cache and private name.
http::FieldList storable_lines(const http::FieldList& response_fields) {
  const http::CacheControl control = origin_directives(response_fields).control;
  http::FieldList kept;
  kept.reserve(response_fields.size(), response_fields.wire().size());
  for (const http::Field field : response_fields) {
    if (is_hop_by_hop(field.name) || is_ours(field.name)) continue;
    // What happened to one request on its way (RFC 9209).
    if (equal_ignoring_case(field.name, "Proxy-Status")) continue;
    if (http::list_contains(response_fields, "Connection", field.name)) continue;
    if (names_field(control.private_fields, field.name)) continue;
    if (names_field(control.no_cache_fields, field.name)) continue;
    kept.add(field.name, field.value);
  }
  return kept;
}

}  // namespace larder::policy
