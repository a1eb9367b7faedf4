#pragma once

#include <string>

#include <larder/http/message.hpp>
#include <larder/http/target.hpp>
#include <larder/policy/route.hpp>

namespace larder::policy {

/// The primary cache key (RFC 9111, section 2) and the target that a fill sends: the bytes keyed are the bytes
/// forwarded.
struct Key {
  /// `GET:http://host/api/products?page=2`, then the partition: `#header:accept-language=de`, `#cookie:theme=dark`.
  /// Injective: `{`, `}`, `#`, `%`, space, control bytes and bytes from 0x80 on are percent-encoded in what is taken
  /// from the request, the delimiters of a partition too.
  std::string text;
  std::string forward_target;  ///< origin-form
};

/// The key of a GET or HEAD request. `own_port` is the port the client connected to: it is larder's address and not
/// the site's name, so it is left out of the key as a default port is (instances on other ports share entries).
Key key_of(const Route& route, const http::Target& target, const http::FieldList& request_fields,
           std::string_view own_port);

/// The host a purge tag or key counts with: without larder's own port and without the scheme's default port.
std::string site_of(const http::Target& target, std::string_view own_port);

/// The query a route keeps of `query`, by its rule; nothing where no parameter is left. Split on "&" alone; a parameter
/// that would be dropped and whose value holds ";" is kept (parameter cloaking, front-door.md).
std::optional<std::string> keep_query(const QueryRule& rule, const std::optional<std::string>& query);

/// The secondary key (RFC 9111, section 4.1): primary key plus the normalised values of the selecting header fields.
/// `names` are lower case.
std::string variant_key(std::string_view primary, const std::vector<std::string>& names,
                        const http::FieldList& request_fields);

/// The lower-case field names of Vary, sorted, without repetition; nothing for `Vary: *`.
std::optional<std::vector<std::string>> vary_names(const http::FieldList& response_fields);

/// The name under which a key lies in Redis, after `larder:r:`: the key itself, or past 512 bytes its SHA-256.
std::string redis_name(std::string_view prefix, std::string_view key);

}  // namespace larder::policy
