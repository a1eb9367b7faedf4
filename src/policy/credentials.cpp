#include "cookies.hpp"
#include "name_patterns.hpp"

#include <larder/policy/credentials.hpp>
#include <larder/policy/forwarding.hpp>
#include <larder/policy/query_credentials.hpp>
#include <larder/policy/route.hpp>

#include <algorithm>

namespace larder::policy {
namespace {

std::vector<std::string> documented_and(std::vector<std::string> added) {
  const std::vector<std::string>& documented = CredentialFields::documented_names();
  added.insert(added.end(), documented.begin(), documented.end());
  return added;
}

// Fields of one connection, or that every request has, do not identify the client, whatever a glob names.
bool may_say_who_asks(const http::FieldName& name) {
  static constexpr http::FieldNames never({"Host", "Content-Length", "Expect", "Via", "X-Forwarded-For",
                                           "X-Forwarded-Host", "X-Forwarded-Proto", "Surrogate-Capability"});
  // These two have rules of their own.
  return !is_hop_by_hop(name) && !never.contains(name) && name != "Authorization" && name != "Cookie";
}

}  // namespace

CredentialFields::CredentialFields(std::vector<std::string> added, std::vector<std::string> removed)
    : names_(std::make_unique<NamePatterns>(NamePatterns::Spelling::field, documented_and(std::move(added)))),
      removed_(std::make_unique<NamePatterns>(NamePatterns::Spelling::field, removed)) {
  for (std::size_t i = 1; i < http::well_known_names.size(); ++i) {
    const http::FieldName name(http::well_known_names[i]);
    if (may_say_who_asks(name) && contains_unknown(name)) well_known_ |= std::uint64_t{1} << i;
  }
}

CredentialFields::~CredentialFields() = default;

const std::shared_ptr<const CredentialFields>& CredentialFields::documented() {
  static const std::shared_ptr<const CredentialFields> fields =
      std::make_shared<CredentialFields>(std::vector<std::string>{}, std::vector<std::string>{});
  return fields;
}

bool CredentialFields::contains_unknown(std::string_view name) const {
  return names_->contains(name) && !removed_->contains(name);
}

bool has_unkeyed_cookie(const Route& route, const http::FieldList& request_fields) {
  if (!request_fields.contains("Cookie") || is_keyed_field(route, "Cookie")) return false;
  return has_foreign_cookie(request_fields, route.cookies);
}

bool has_unkeyed_authorization(const Route& route, const http::FieldList& request_fields) {
  if (!request_fields.contains("Authorization") || route.shares_credentials) return false;
  return !is_keyed_field(route, "Authorization");
}

bool has_unkeyed_credential_field(const Route& route, const http::FieldList& request_fields) {
  if (route.shares_credentials) return false;
  const CredentialFields& credentials = *route.credential_fields;
  return std::any_of(request_fields.begin(), request_fields.end(), [&](const http::Field& field) {
    return credentials.contains(field.name) && !is_keyed_field(route, field.name);
  });
}

bool has_other_credential(const Route& route, const http::RequestHead& request) {
  return has_unkeyed_credential_field(route, request.fields) || has_query_credential(route, request.target);
}

// RFC 9111, section 3.5, applied to other credentials, too.
Reason unkeyed_credential(const Route& route, const http::RequestHead& request, const Sharing& sharing) {
  if (sharing.with_credentials) return Reason::none;
  if (!sharing.with_authorization && has_unkeyed_authorization(route, request.fields)) {
    return Reason::authorization;
  }
  if (has_unkeyed_cookie(route, request.fields)) return Reason::cookie;
  if (has_other_credential(route, request)) return Reason::credential;
  return Reason::none;
}

void remove_ignored_cookies(const Route& route, http::FieldList& request_fields, std::string* unseen) {
  if (!request_fields.contains("Cookie") || is_keyed_field(route, "Cookie")) return;
  if (keeps_cookie_lines(request_fields, route.cookies)) return;
  if (unseen != nullptr) add_ignored_names(request_fields, route.cookies, *unseen);
  const std::optional<std::string> sent = cookies_to_send(request_fields, route.cookies);
  request_fields.remove("Cookie");
  if (sent) request_fields.add("Cookie", *sent);
}

void keep_unseen_cookies(std::string_view names, http::FieldList& response_fields) {
  if (names.empty()) return;
  const std::string within = ";" + std::string(names);
  response_fields.remove_if([&within](const http::Field& field) {
    if (field.name != "Set-Cookie") return false;
    const std::string_view name = trim(field.value.substr(0, field.value.find_first_of("=;")));
    return within.find(";" + std::string(name) + ";") != within.npos;
  });
}

}  // namespace larder::policy
