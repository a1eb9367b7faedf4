#pragma once

#include <larder/http/message.hpp>
#include <larder/policy/reason.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace larder::policy {

struct Route;
class NamePatterns;

/// The request fields that identify the client, besides Authorization and Cookie: those that clients, SDKs
/// and gateways of today send (config/README.md), more or fewer of them by the configuration. Case does not
/// count, and `_` is `-`: CGI, WSGI and PHP read both as one.
class CredentialFields {
 public:
  /// `added` and `removed`: names, or globs of names. What is removed stays so even if a documented glob
  /// names it.
  CredentialFields(std::vector<std::string> added, std::vector<std::string> removed);
  ~CredentialFields();

  /// The documented list alone.
  static const std::shared_ptr<const CredentialFields>& documented();

  /// The texts of that list: names and globs.
  static const std::vector<std::string>& documented_names();

  bool contains(const http::FieldName& name) const {
    if (name.number() != 0) return (well_known_ >> name.number() & 1) != 0;
    return contains_unknown(name.text());
  }

 private:
  bool contains_unknown(std::string_view name) const;

  std::unique_ptr<const NamePatterns> names_;
  std::unique_ptr<const NamePatterns> removed_;
  std::uint64_t well_known_ = 0;  // a bit for the number of each name that http knows
};

/// Whether a request carries a cookie that the route neither keys nor ignores.
bool has_unkeyed_cookie(const Route& route, const http::FieldList& request_fields);

/// Whether a request carries an Authorization that the route neither keys nor shares.
bool has_unkeyed_authorization(const Route& route, const http::FieldList& request_fields);

/// Whether a request carries another field that identifies the client and that the route neither keys nor
/// shares.
bool has_unkeyed_credential_field(const Route& route, const http::FieldList& request_fields);

/// The same, or a credential in its query (query_credentials.hpp).
bool has_other_credential(const Route& route, const http::RequestHead& request);

/// What a response says about being shared with clients that identify themselves.
struct Sharing {
  bool with_credentials = false;    ///< `public`, `s-maxage`, or a lifetime in a targeted field
  bool with_authorization = false;  ///< that, or `must-revalidate` (RFC 9111, section 3.5)
};

/// Reason::authorization, cookie or credential if the request identifies the client, the route does not key
/// that, and the response may not be shared nevertheless: it is neither stored nor given to such a request.
Reason unkeyed_credential(const Route& route, const http::RequestHead& request, const Sharing& sharing);

/// Removes the cookies that the route ignores, and those that only scripts read, from a request that may be
/// answered from cache, before it is keyed: the origin does not see them. Those that the route keys are put
/// in the order of the key. A Cookie field without cookies goes. Nothing is done if `Cookie` as a whole is
/// part of the key. The names of those that the route itself ignores are added to `unseen`, a `;` behind
/// each.
void remove_ignored_cookies(const Route& route, http::FieldList& request_fields,
                            std::string* unseen = nullptr);

/// Removes from the response what would replace these cookies of the client: the origin did not see them, and
/// took a user who is signed in for a new visitor.
void keep_unseen_cookies(std::string_view names, http::FieldList& response_fields);

/// The cookies that are always ignored, unless a route keys them: scripts set and read them, servers do not.
/// Names and globs (config/README.md).
const std::vector<std::string>& script_cookies();

}  // namespace larder::policy
