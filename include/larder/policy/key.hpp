#pragma once

#include <larder/http/message.hpp>
#include <larder/http/target.hpp>
#include <larder/policy/route.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::policy {

/// The primary cache key (RFC 9111, section 2) and the target that a fill sends: the bytes keyed are the
/// bytes forwarded.
struct Key {
  /// `GET:http://host/api/products?page=2`, then the partition: `#route:beta` if the route looks at fields
  /// (when.hpp), `#header:accept-language=de`, `#cookie:theme=dark`; without its "=" if the request has no
  /// such field. Injective: the target's bytes
  /// stand as they are, since the front door lets no `#`, space, control byte or byte from 0x80 on pass in
  /// them; in the partition those bytes and
  /// `%` are percent-encoded.
  std::string text;
  std::string forward_target;  ///< origin-form
};

/// The key of a GET or HEAD request, which has a host. Its authority is the one that a shared request goes
/// upstream with, as Host and X-Forwarded-Host: an origin that writes it into an answer writes what is keyed.
Key key_of(const Route& route, const http::Target& target, const http::FieldList& request_fields);

/// Appends the text of such a key: all that a store lookup needs.
void append_key(std::string& out, const Route& route, const http::Target& target,
                const http::FieldList& request_fields);

/// The site that tags and purges count with: the host alone. Without scheme and port a purge reaches too far
/// rather than not far enough, and larders on several ports of one host purge each other.
const std::string& site_of(const http::Target& target);

/// The query a route keeps of `query`, by its rule; nothing if no parameter is left. Split on "&" alone;
/// names are compared percent-decoded; a parameter that would be dropped and that holds
/// ";" is kept (parameter cloaking, src/http1/README.md), and so is one that the route's `when` looks at. A
/// sorted query keeps the order of parameters of one name.
std::optional<std::string> keep_query(const QueryRule& rule, const std::optional<std::string>& query);

/// The secondary key (RFC 9111, section 4.1): primary key plus the normalised values of the selecting header
/// fields: lines combined, white space around commas collapsed; Accept-Language by its weights, without
/// regard to case; Accept-Encoding as it goes upstream. `names` are lower case. The request must have gone
/// through remove_connection_specific(), or a client could name a selecting field in Connection.
std::string variant_key(std::string_view primary, const std::vector<std::string>& names,
                        const http::FieldList& request_fields);

/// Looking a variant up takes as long as there are selecting header fields: a response that names more than
/// this selects by everything.
inline constexpr std::size_t most_selecting_fields = 64;

/// The lower-case field names of Vary, sorted, without repetition; nothing for `Vary: *`, and if it has a
/// member that is not a token, or more than most_selecting_fields. A response with a content coding is
/// selected by accept-encoding even if its origin does not say so.
std::optional<std::vector<std::string>> vary_names(const http::FieldList& response_fields);

/// The name of a key in Redis: `prefix:r:` and the key. A key with `{`, `}` (a cluster's hash
/// tags), space, control bytes or bytes from 0x80 on is percent-encoded behind `encoded:`, its `%` as well,
/// so that no two keys share a name. Past 512 bytes it is `sha256:` and the key's SHA-256.
std::string redis_name(std::string_view prefix, std::string_view key);

}  // namespace larder::policy
