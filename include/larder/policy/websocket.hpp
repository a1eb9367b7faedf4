#pragma once

#include <larder/http/message.hpp>
#include <larder/policy/route.hpp>

namespace larder::policy {

/// Whether a request opens a WebSocket (RFC 6455, section 4.2.1) on a route that allows it. Any other Upgrade
/// is dropped (src/http1/README.md).
bool asks_for_websocket(const Route& route, const http::RequestHead& request, bool has_content);

/// Whether a response does switch to WebSocket: a 101 with the answer to this very request's key (RFC 6455,
/// section 4.1). A server that merely says 101 has not understood the request, and bytes that follow
/// would be requests to it.
bool accepts_websocket(const http::FieldList& request_fields, const http::ResponseHead& response);

}  // namespace larder::policy
