#pragma once

#include <string>
#include <string_view>

#include <larder/base/result.hpp>
#include <larder/http/message.hpp>

namespace larder::policy {

/// Where a request came from, for the X-Forwarded fields.
struct Hop {
  std::string_view client_address;  ///< without the port
  std::string_view scheme;          ///< "http" or "https"
  std::string_view host;            ///< the Host the client sent, as it sent it
};

/// The fields a request goes upstream with: without hop-by-hop fields, those that Connection names, Upgrade, Proxy-*,
/// TE and Trailer; Host is `hop.host`; X-Forwarded-For is appended to, X-Forwarded-Proto and -Host are written anew;
/// Via is appended. Framing fields (Content-Length, Transfer-Encoding) and Connection are left out: who sends the
/// message writes them. Error::malformed where Connection names a protected field (front-door.md).
/// `cacheable`: the response may be shared, so the override list of front-door.md (X-Original-URL, X-Rewrite-URL,
/// X-HTTP-Method-Override, Forwarded, X-Host, ...) is dropped, and so are what came as X-Forwarded-For, Range and the
/// client's conditions (If-None-Match, If-Modified-Since, If-Range), which would make the answer one client's own.
Result<http::FieldList> request_fields_to_forward(const http::RequestHead& request, const Hop& hop, bool cacheable);

/// The fields a response goes to the client with: without hop-by-hop fields and those that Connection names; Via is
/// appended. Framing fields are left out, as above; Content-Length is kept for `keep_length` (HEAD and 304, where it
/// describes content that is not sent).
http::FieldList response_fields_to_forward(const http::ResponseHead& response, bool keep_length);

/// Whether a field is meant for one connection alone (RFC 9110, section 7.6.1).
bool is_hop_by_hop(std::string_view name);

}  // namespace larder::policy
