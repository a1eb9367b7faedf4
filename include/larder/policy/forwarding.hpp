#pragma once

#include <larder/base/result.hpp>
#include <larder/http/message.hpp>
#include <larder/policy/route.hpp>

#include <string>
#include <string_view>

namespace larder::policy {

/// Where a request came from, for the X-Forwarded fields.
struct Hop {
  std::string_view client_address;  ///< without the port
  std::string_view scheme;          ///< "http" or "https"
  std::string_view host;            ///< what it goes upstream with as Host; the key's if it is shared;
                                    ///< empty: it came without (HTTP/1.0)
  std::string_view mark{};          ///< of this larder in CDN-Loop; empty: none
  bool writes_forwarded = false;    ///< Forwarded too, which says the same
};

/// The fields a request goes upstream with: without hop-by-hop fields, those that Connection names, Upgrade,
/// Proxy-*, TE and Trailer; Host is `hop.host`, and left to the sender if that is empty; X-Forwarded-For,
/// -Proto and -Host are replaced (what else says where the request came from has gone before:
/// remove_origination()); Surrogate-Capability is appended to, and so are Via and CDN-Loop (loop.hpp).
/// Framing fields (Content-Length, Transfer-Encoding) and Connection are left out: the sender of the message
/// writes them. A http::Fault if Connection names a protected field (src/http1/README.md). `cacheable`:
/// the response may be shared, so the override list of src/http1/README.md (X-Original-URL, X-Rewrite-URL,
/// X-HTTP-Method-Override, Forwarded, X-Host,
/// ...) is dropped, and so are what came as Surrogate-Capability, Range and the client's
/// conditions (If-None-Match, If-Modified-Since, If-Range), which would make the answer one client's own;
/// Origin stays behind if the route answers for it (`cors`);
/// Accept-Encoding goes as those of `zstd, br, gzip` that the client takes, which is what selects a variant.
/// Dropped as well is what CGI and PHP take for a field that is keyed, chooses routes or is known to all
/// (`Accept_Language`). The lines of one that chooses routes are combined. A field that `route` keys is not
/// dropped, nor is one that identifies the client. Of a cacheable request's Cookie what is ignored stays
/// behind (remove_ignored_cookies()); cookies that are neither keyed nor ignored go on, for a response that
/// depends on them is not shared.
Result<http::FieldList> request_fields_to_forward(const Route& route, const http::RequestHead& request,
                                                  const Hop& hop, bool cacheable);

/// Removes the fields that Connection names, before a request is routed and keyed: what the origin does not
/// see must not select a variant. Connection and the known hop-by-hop fields stay. Faults as above.
Result<> remove_connection_specific(const Route& route, http::FieldList& request_fields);

/// Whether a request goes no further than us: an OPTIONS whose Max-Forwards is 0 (RFC 9110, section 7.6.2;
/// TRACE goes nowhere at all). If it goes on, request_fields_to_forward() counts it down.
bool is_last_stop(const http::RequestHead& request);

/// What happens to the fields of a response from HTTP/1.`version_minor` on their way to the client:
/// hop-by-hop fields and those that Connection names go, Via is appended. Framing fields are left out, as
/// above; Content-Length is kept for `keep_length` (HEAD and 304, if it describes content that is not
/// sent). Proxy-Authenticate is kept if `status` is 407.
http::FieldList response_fields_to_forward(http::FieldList fields, int version_minor, bool keep_length,
                                           int status = 200);

/// Whether larder writes this request field itself (Via, CDN-Loop, X-Forwarded-*, Forwarded,
/// Surrogate-Capability):
/// what the origin saw in it is not what the client sent, so no request can be compared with a response that
/// varies by it.
bool is_written_by_us(const Route& route, std::string_view name);

/// Whether a shared request is sent with a field that CGI, WSGI and PHP take for the one of that name
/// (`X_Lang`): what the origin saw in that is not what the field says.
bool has_double(const Route& route, const http::FieldList& request_fields, std::string_view name);

/// Whether a field is meant for one connection alone (RFC 9110, section 7.6.1).
bool is_hop_by_hop(const http::FieldName& name);

}  // namespace larder::policy
