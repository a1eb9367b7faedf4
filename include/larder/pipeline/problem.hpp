#pragma once

#include <larder/pipeline/handler.hpp>

#include <array>
#include <string_view>

namespace larder::pipeline {

/// A response of larder's own that says what went wrong, as JSON (RFC 9457), without internals. Caches must
/// not store it.
Response problem(int status, std::string_view detail);

/// What an Allow field of larder's own lists; other methods are sent on too.
inline constexpr std::string_view offered_methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

/// A client that has left reads no answer: the status is for the access log, as in nginx.
inline constexpr int client_has_left = 499;

/// 405 with Allow (RFC 9110, section 15.5.6).
Response method_not_allowed();

/// The problem that tells a client why its request could not be read: 400, 408, 413, 414, 431, 501 or 505.
/// Its connection ends, and its reason is reason_of_refusal().
Response request_problem(const boost::system::error_code& error);

/// Why a request is refused that breaks no http::Fault's rule, in a word.
struct RefusalReason {
  Error error;
  std::string_view token;
};
inline constexpr auto refusal_reasons = std::to_array<RefusalReason>({
    {Error::unsupported, "not-supported"},
    {Error::too_large, "content-too-large"},
    {Error::uri_too_long, "target-too-long"},
    {Error::head_too_large, "head-too-large"},
    {Error::version, "version"},
    {Error::timeout, "request-timeout"},
});

/// A word for the access log: that of a http::Fault, or one of refusal_reasons.
std::string_view reason_of_refusal(const boost::system::error_code& error);

/// 503: what is still being answered at the end of shutdown_grace gets it.
Response shutdown_problem();

/// The problem that tells a client why there is no response from the upstream: 502, 503 or 504.
Response origin_problem(const boost::system::error_code& error);

}  // namespace larder::pipeline
