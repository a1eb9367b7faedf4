#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace larder::policy {

struct Route;

/// Query parameters that are a credential: a signed URL's, a token's, a session's. Names and globs without
/// regard to case (config/README.md).
const std::vector<std::string>& query_credentials();

/// Parameters that are one beside another that says until when, or by which key; or alone if their value
/// holds a Unix time.
const std::vector<std::string>& query_signatures();
const std::vector<std::string>& query_signature_companions();

/// Names that mean too much else: the first is a credential if the second is there as well.
const std::vector<std::pair<std::string, std::string>>& query_signature_pairs();

/// Whether the query of a request target has a credential, by a name of these lists or by a value that is a
/// JSON Web Token or signed as Akamai does (`exp=...~hmac=...`), that the route's `query` does not leave out
/// of the key, which it is no part of then. That the key holds it does not count: a signed URL has an end of
/// its own.
bool has_query_credential(const Route& route, std::string_view request_target);

}  // namespace larder::policy
