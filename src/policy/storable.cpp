#include "storable.hpp"

#include "documented_names.hpp"
#include "name_patterns.hpp"

#include <larder/base/text.hpp>
#include <larder/http/list.hpp>
#include <larder/policy/forwarding.hpp>
#include <larder/policy/freshness.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace larder::policy {
namespace {

bool names_field(const std::vector<std::string>& names, std::string_view field) {
  return std::any_of(names.begin(), names.end(),
                     [field](const std::string& name) { return equal_ignoring_case(name, field); });
}

// Fields that larder writes for every answer. Content-Length is that of the content as it is sent.
bool is_ours(const http::FieldName& name) {
  static constexpr http::FieldNames ours({"Age", "Content-Length", "X-Cache"});
  return ours.contains(name) || starts_with_ignoring_case(name.text(), "X-Cache-");
}

// RFC 9111, section 3.1; sections 5.2.2.4 and 5.2.2.7 for the fields that no-cache and private name.
class StorableFields {
 public:
  explicit StorableFields(const http::FieldList& fields)
      : fields_(fields),
        control_(origin_directives(fields).control),
        has_connection_(fields.contains("Connection")) {}

  bool hold(const http::FieldName& name) const {
    if (is_hop_by_hop(name) || is_ours(name)) return false;
    // About what happened to one request on its way (RFC 9209), and what is for caches alone.
    if (name == "Proxy-Status" || name == accel_expires_name) return false;
    if (is_of_one_request(name)) return false;
    if (has_connection_ && http::list_contains(fields_, "Connection", name)) return false;
    return !names_field(control_.private_fields, name) && !names_field(control_.no_cache_fields, name);
  }

 private:
  const http::FieldList& fields_;
  const http::CacheControl control_;
  const bool has_connection_;
};

}  // namespace

bool is_of_one_request(const http::FieldName& name) {
  static const NamePatterns names(NamePatterns::Spelling::field, fields_of_one_request());
  return names.contains(name.text());
}

http::FieldList storable_lines(const http::FieldList& response_fields) {
  const StorableFields storable(response_fields);
  http::FieldList kept;
  kept.reserve(response_fields.size(), response_fields.wire().size());
  for (const http::Field field : response_fields) {
    // RFC 9110, section 6.6.1: a message has one Date. Ages are calculated from the first.
    const bool is_repeated = field.name == "Date" && kept.contains("Date");
    if (storable.hold(field.name) && !is_repeated) kept.add(field);
  }
  return kept;
}

bool are_storable(const http::FieldList& fields) {
  const StorableFields storable(fields);
  for (const http::Field field : fields) {
    if (!storable.hold(field.name)) return false;
  }
  return fields.count("Date") <= 1;
}

}  // namespace larder::policy
