#include <larder/policy/reason.hpp>

namespace larder::policy {
namespace {

struct Wording {
  std::string_view token;
  std::string_view sentence;
};

// A switch without default, so that the compiler asks for the words of a new reason.
Wording wording_of(Reason reason) {
  switch (reason) {
    case Reason::none:
      return {"none", "there is no objection"};
    case Reason::method:
      return {"method", "only GET and HEAD are answered from cache"};
    case Reason::no_route:
      return {"no-route", "no route matches the request"};
    case Reason::route_off:
      return {"route-off", "the route says `cache: off`"};
    case Reason::bypass:
      return {"bypass", "the request has a cookie, field or parameter that the route's `bypass` names"};
    case Reason::access:
      return {"access", "the route's `access` does not admit the client's address"};
    case Reason::own_answer:
      return {"own-answer", "the route has larder answer the request itself (`respond`, `redirect`)"};
    case Reason::preflight:
      return {"preflight",
              "the request only asks whether another may be sent, which the route's `cors` answers"};
    case Reason::no_host:
      return {"no-host", "the request has no Host, so that its site is not known"};
    case Reason::request_content:
      return {"request-content", "the request has content, which is not part of the key"};
    case Reason::request_no_store:
      return {"request-no-store", "the request says Cache-Control: no-store"};
    case Reason::request_no_cache:
      return {"request-no-cache", "the request says no-cache, so the origin is asked first"};
    case Reason::request_max_age:
      return {"request-max-age", "the stored response is older than the request's max-age allows"};
    case Reason::request_min_fresh:
      return {"request-min-fresh",
              "the stored response will not be fresh for as long as the request's min-fresh asks"};
    case Reason::only_if_cached:
      return {"only-if-cached",
              "the request says only-if-cached, and there is nothing to serve without the origin"};
    case Reason::precondition:
      return {"precondition",
              "the request has If-Match or If-Unmodified-Since, which only the origin can judge"};
    case Reason::range:
      return {"range",
              "the request asks for parts that are not stored, in a way that only the origin can answer"};
    case Reason::ambiguous_path:
      return {
          "ambiguous-path",
          "the path has backslashes, control bytes or dot segments that the origin may read as another path"};
    case Reason::protected_path:
      return {"protected-path",
              "the path may be another spelling of one on a route with `cache: off`, so nothing is cached"};
    case Reason::cookie:
      return {
          "cookie",
          "the request has a Cookie that the route neither keys nor ignores, and the response says neither "
          "public nor s-maxage"};
    case Reason::credential:
      return {"credential",
              "the request has a field that identifies the client (X-Api-Key and the like) and that the "
              "route does not "
              "key, or a signature or token in its query, and the response says neither public nor s-maxage"};
    case Reason::loop:
      return {"loop", "the request has been here before: the upstream leads back to this larder"};
    case Reason::upgrade:
      return {"upgrade", "the request asks for another protocol"};
    case Reason::absent:
      return {"absent", "nothing is stored under this key"};
    case Reason::vary:
      return {"vary", "what is stored under this key was selected by other request fields (Vary)"};
    case Reason::stale:
      return {"stale", "the stored response is past its freshness lifetime"};
    case Reason::no_cache:
      return {"no-cache", "the response says no-cache: it is to be validated before each use"};
    case Reason::purged:
      return {"purged", "a purge named the stored response after it had been fetched"};
    case Reason::soft_purged:
      return {"soft-purged", "a soft purge named the stored response, which has been stale since"};
    case Reason::purge_waits:
      return {"purge-waits",
              "the write's purge counts on this instance and waits for Redis to tell the others"};
    case Reason::outage:
      return {"outage",
              "Redis could not report every purge in time (`on_outage: origin`, `consistency: strict`)"};
    case Reason::busy:
      return {"busy", "the upstream is being asked for as much as it may be, and others wait already"};
    case Reason::upstream_timeout:
      return {"upstream-timeout", "the upstream did not take a connection, or did not answer, in time"};
    case Reason::upstream_unresolved:
      return {"upstream-unresolved", "the name of the upstream's server has no address"};
    case Reason::upstream_refused:
      return {"upstream-refused", "the upstream refused the connection"};
    case Reason::upstream_unreachable:
      return {"upstream-unreachable", "no connection to the upstream could be made"};
    case Reason::upstream_closed:
      return {"upstream-closed", "the upstream ended the connection without a whole answer"};
    case Reason::upstream_malformed:
      return {"upstream-malformed", "the upstream sent what is not a response of HTTP/1.1"};
    case Reason::upstream_tls:
      return {"upstream-tls", "larder and the upstream do not agree in TLS: the log has OpenSSL's words"};
    case Reason::no_descriptors:
      return {"no-descriptors", "larder has no descriptor left for a connection to the upstream"};
    case Reason::shutdown:
      return {"shutdown", "larder ended before the upstream had answered (shutdown_grace)"};
    case Reason::response_no_store:
      return {"no-store", "the response says no-store, or X-Accel-Expires: 0"};
    case Reason::response_private:
      return {"private", "the response says Cache-Control: private"};
    case Reason::authorization:
      return {"authorization",
              "the request has an Authorization that the route does not key, and the response says neither "
              "public, s-maxage nor must-revalidate"};
    case Reason::set_cookie:
      return {"set-cookie",
              "the response carries Set-Cookie, which the route neither strips nor, if the origin "
              "states a lifetime, allows"};
    case Reason::vary_any:
      return {"vary-any",
              "the response varies by *, by a field that larder writes itself or that the request has in "
              "another spelling, or by more than 64 fields, so no "
              "other request can be known to match"};
    case Reason::stream:
      return {"stream",
              "the response is a stream without an end, which no other client should get from its start"};
    case Reason::buffers_full:
      return {"buffers-full", "too much is held in memory for clients already (limits.buffered)"};
    case Reason::no_store_takes_it:
      return {
          "no-store-takes-it",
          "it may be stored, but memory has no room for its size or is off, and Redis is away, full, refuses "
          "to write, or is spared because too much is new"};
    case Reason::too_many_tags:
      return {
          "too-many-tags",
          "the response names more than 1024 tags, each of which every purge would have to be compared with"};
    case Reason::status:
      return {"status", "a response of this status is not stored"};
    case Reason::no_lifetime:
      return {"no-lifetime", "neither the origin nor the route states how long the response is fresh"};
    case Reason::expired:
      return {"expired",
              "the response was stale when it came, and nothing allows validating it or using it stale"};
    case Reason::partial:
      return {"partial", "the response is a part of the content"};
    case Reason::must_understand:
      return {"must-understand", "the response says must-understand, and larder does not know its status"};
    case Reason::too_large:
      return {"too-large", "the response is larger than store.max_object, or than the route's own"};
    case Reason::min_uses:
      return {"min-uses", "too few requests have asked for it yet (the route's `min_uses`)"};
    case Reason::incomplete:
      return {"incomplete", "the response was cut short"};
    case Reason::connection_specific:
      return {"connection-specific", "the response is about this connection alone"};
  }
  return {};
}

}  // namespace

std::string_view token_of(Reason reason) {
  return wording_of(reason).token;
}

std::string_view sentence_of(Reason reason) {
  return wording_of(reason).sentence;
}

}  // namespace larder::policy
