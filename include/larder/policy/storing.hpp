#pragma once

#include <larder/http/target.hpp>
#include <larder/policy/freshness.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace larder::policy {

/// Whether a response may be stored and served to others, and for how long it is fresh; or why not.
struct StoringDecision {
  Reason refusal = Reason::none;
  Lifetimes lifetimes;

  bool store() const { return refusal == Reason::none; }
};

/// What a fill was for: all that the decision needs besides the response.
struct StoringInput {
  const Route& route;
  const http::RequestHead& request;  ///< as the client sent it; its method is that of the fill
  const http::ResponseHead& response;
  Time request_time;          ///< when the fill was sent
  Time response_time;         ///< when the response's head arrived
  Milliseconds max_lifetime;  ///< store.max_lifetime caps the freshness lifetime
  double chance = 0;          ///< from 0 on and below 1: how much of the route's jitter this response gets
  /// What the response would take the place of, if the request could be answered with that.
  struct Stored {
    int status;
    Lifetimes lifetimes;
  };
  std::optional<Stored> stored{};
  std::uint64_t size = 0;  ///< of the content, as far as it is known
  std::uint64_t max_object = std::numeric_limits<std::uint64_t>::max();  ///< larger content is not stored
};

/// RFC 9111, section 3 with 3.1 to 3.5, src/README.md, "TTLs", and config/README.md, "Credentials and
/// cookies". To be asked again of a stored response that a 304 freshened: the 304 may have brought a
/// Set-Cookie, or taken the permission away.
StoringDecision decide_storing(const StoringInput& input);

/// Whether the answer to a POST may answer later GETs of its target (RFC 9110, section 9.3.3): a 200 whose
/// Content-Location is the target URI, with a lifetime that the origin states. decide_storing() applies
/// too, with the request taken as a GET.
bool answers_later_gets(const http::Target& target, const http::ResponseHead& response, Time response_time);

/// The fields of a response that may be stored: without hop-by-hop and connection-specific ones, those that
/// Connection names, those that `private="..."` and `no-cache="..."` name, Proxy-* (RFC 9111, section 3.1),
/// and without Age, Content-Length, X-Cache and X-Cache-*, which are written for each answer.
http::FieldList storable_fields(const http::ResponseHead& response);

/// Whether a response of this status may be in a store at all: 206 only `as_part`, no interim response, 304
/// or 416 (RFC 9111, sections 3.3 and 4.3.3), no 508, and none of an unregistered class.
bool is_storable_status(int status, bool as_part);

/// Whether what came out of a shared store can be what larder put there, as far as clients get to see it:
/// others that can write there must not frame our messages or forge our fields. Storing would leave the
/// status and the fields as they are; a 204 has no content; a part has no more than its Content-Range says,
/// and something.
/// Names and values are taken to be legal on the wire.
bool may_be_stored(std::string_view primary_key, int status, const http::FieldList& fields,
                   std::uint64_t content_size);

}  // namespace larder::policy
