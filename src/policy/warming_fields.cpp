#include "documented_names.hpp"
#include "name_patterns.hpp"

#include <larder/base/text.hpp>
#include <larder/policy/credentials.hpp>
#include <larder/policy/forwarding.hpp>
#include <larder/policy/warming_fields.hpp>

namespace larder::policy {
namespace {

const NamePatterns& leading_elsewhere() {
  static const NamePatterns names(NamePatterns::Spelling::field, [] {
    std::vector<std::string> all = override_fields();
    all.emplace_back("Host");
    return all;
  }());
  return names;
}

bool contains(const NamePatterns& patterns, std::string_view name) {
  return patterns.contains(name);
}

}  // namespace

std::optional<std::string_view> warming_field_mistake(std::string_view name) {
  static const NamePatterns of_parts(NamePatterns::Spelling::field, {"Range", "If-*", "A-IM"});
  static const NamePatterns framing(NamePatterns::Spelling::field,
                                    {"Content-*", "Expect", "Max-Forwards", "Via", "CDN-Loop", "Date"});
  static const NamePatterns steering(NamePatterns::Spelling::field, {"Cache-Control", "Pragma"});
  // What gateways call the user is a credential, though it begins as what names another host.
  const bool is_credential = CredentialFields::documented()->contains(name);
  if (!is_credential && contains(leading_elsewhere(), name)) return "is for other hosts, paths or methods";
  if (contains(of_parts, name)) return "asks for a part, or for nothing if nothing has changed";
  if (contains(framing, name) || is_hop_by_hop(name) || (!is_credential && is_written_by_us({}, name))) {
    return "frames the message, or is written by larder itself";
  }
  if (contains(steering, name)) return "tells caches what to do, this one too";
  return std::nullopt;
}

http::FieldList warming_fields(const WarmRule& rule) {
  http::FieldList fields;
  fields.add("User-Agent", "larder-warm/" LARDER_VERSION);
  for (const auto& [name, value] : rule.headers) {
    if (http::is_field_value(value)) fields.set(name, value);
  }
  return fields;
}

}  // namespace larder::policy
