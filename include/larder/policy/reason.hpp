#pragma once

#include <string_view>

namespace larder::policy {

/// Why a request was not served from cache or a response not stored: every "no" has a name.
enum class Reason {
  none,
  // The request.
  method,             ///< not GET or HEAD
  no_route,           ///< no route matches
  route_off,          ///< the route says `cache: off`
  bypass,             ///< it has a cookie, field or parameter that the route's `bypass` names
  access,             ///< the client's address is not one that the route's `access` admits
  own_answer,         ///< the route has larder answer it: `respond`, `redirect`
  preflight,          ///< it only asks whether another request may be sent, which the route's `cors` answers
  no_host,            ///< HTTP/1.0 without Host: its site is unknown
  request_content,    ///< a GET with content
  request_no_store,   ///< Cache-Control: no-store in the request
  request_no_cache,   ///< Cache-Control: no-cache or Pragma in the request
  request_max_age,    ///< the stored response is older than the request allows
  request_min_fresh,  ///< it will not be fresh for as long as the request asks
  only_if_cached,     ///< the client wants no origin request, and there is nothing to serve
  precondition,       ///< If-Match or If-Unmodified-Since: for the origin alone
  range,              ///< a part was asked for that only the origin can give
  ambiguous_path,     ///< backslash, control bytes or dot segments in the path, plain or encoded
  protected_path,     ///< the path may be another spelling of one on a route that must not be bypassed
  cookie,             ///< a Cookie that the route neither keys nor ignores
  credential,         ///< another field that identifies the client, and that the route does not key
  upgrade,            ///< the client asks for another protocol
  loop,               ///< it has been here before: an upstream leads back
  // The stored response.
  absent,       ///< nothing stored under this key
  vary,         ///< nothing stored for these selecting header fields
  stale,        ///< past its freshness lifetime
  no_cache,     ///< to be validated before each use
  purged,       ///< a later purge names one of its tags
  soft_purged,  ///< a later soft purge does: it is stale
  purge_waits,  ///< of a write: its purge counts on this instance, and waits for Redis to tell the others
  outage,       ///< purges by others may have been missed (`on_outage: origin`)
  // The origin.
  busy,                  ///< it has as many fills to answer as it may, and others wait
  upstream_timeout,      ///< it did not take a connection, or did not answer, in time
  upstream_unresolved,   ///< its name has no address
  upstream_refused,      ///< it refused the connection
  upstream_unreachable,  ///< no connection to it could be made, for another reason
  upstream_closed,       ///< it ended the connection without an answer, in an orderly way or not
  upstream_malformed,    ///< what it sent is not HTTP/1.1
  upstream_tls,          ///< TLS: its certificate is not trusted, or it wants one, and the like
  no_descriptors,        ///< there is no descriptor left for a connection to it
  shutdown,              ///< larder ended before it had answered
  // The origin's response.
  response_no_store,
  response_private,
  authorization,        ///< Authorization in the request, and the response does not allow sharing
  set_cookie,           ///< Set-Cookie, which the route does not allow to be stored
  vary_any,             ///< Vary: *, by a field that larder writes or CGI reads from another, or by too many
  stream,               ///< a response without an end: server-sent events and the like
  buffers_full,         ///< too much is held for clients already (limits.buffered)
  no_store_takes_it,    ///< it may be stored, but neither memory nor Redis would keep it now
  too_many_tags,        ///< more than policy::most_tags in tag_fields and Cache-Groups
  status,               ///< a status that may not be stored, or that nothing gives a lifetime
  no_lifetime,          ///< neither origin nor route states a lifetime
  expired,              ///< already stale when it came, and without a validator
  partial,              ///< a 206
  must_understand,      ///< a status larder does not understand under must-understand
  too_large,            ///< past store.max_object, or the route's
  min_uses,             ///< too few have asked for its key yet
  incomplete,           ///< the body was cut short
  connection_specific,  ///< the response switches protocols
};

inline constexpr Reason last_reason = Reason::connection_specific;

/// A short token for Cache-Status's `detail` and the metrics: "no-store", "set-cookie".
std::string_view token_of(Reason reason);

/// A sentence for a person: "the response carries Set-Cookie, and only the route's ttl makes it fresh".
std::string_view sentence_of(Reason reason);

/// Whether a credential of the request made it, or its response, private to its client.
constexpr bool is_private_reason(Reason reason) {
  return reason == Reason::cookie || reason == Reason::authorization || reason == Reason::credential;
}

/// Whether there is no answer because the upstream could not be asked, or did not answer, in time for
/// larder's own end too.
constexpr bool is_failure(Reason reason) {
  return reason >= Reason::upstream_timeout && reason <= Reason::shutdown;
}

}  // namespace larder::policy
