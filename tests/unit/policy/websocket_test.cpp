#include "support.hpp"

#include <larder/policy/websocket.hpp>

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::policy;

namespace {

// RFC 6455, section 1.3.
const char* const key = "dGhlIHNhbXBsZSBub25jZQ==";
const char* const acceptance_key = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

struct Line {
  const char* name;
  const char* value;
};

http::FieldList fields_of(std::initializer_list<Line> lines) {
  http::FieldList fields;
  for (const Line& line : lines) fields.add(line.name, line.value);
  return fields;
}

http::RequestHead handshake() {
  http::RequestHead request;
  request.method = "GET";
  request.target = "/chat";
  request.fields = fields_of({{"Host", "h"},
                              {"Upgrade", "WebSocket"},
                              {"Connection", "keep-alive, upgrade"},
                              {"Sec-WebSocket-Key", key},
                              {"Sec-WebSocket-Version", "13"}});
  return request;
}

http::ResponseHead acceptance() {
  http::ResponseHead response;
  response.status = 101;
  response.fields = fields_of(
      {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Accept", acceptance_key}});
  return response;
}

Route open_route() {
  Route route;
  route.websocket = true;
  return route;
}

}  // namespace

TEST_CASE("RFC 6455, section 4.2.1: a handshake opens a WebSocket if the route allows it") {
  CHECK(asks_for_websocket(open_route(), handshake(), false));
  CHECK_FALSE(asks_for_websocket(Route{}, handshake(), false));
  CHECK_FALSE(asks_for_websocket(open_route(), handshake(), true));
}

TEST_CASE("RFC 6455, section 4.2.1: a request that fails any one requirement of a handshake opens nothing") {
  const auto opens = [](auto change) {
    http::RequestHead request = handshake();
    change(request);
    return asks_for_websocket(open_route(), request, false);
  };
  CHECK(opens([](http::RequestHead&) {}));
  CHECK_FALSE(opens([](http::RequestHead& r) { r.method = "POST"; }));
  CHECK_FALSE(opens([](http::RequestHead& r) { r.version_minor = 0; }));
  CHECK_FALSE(opens([](http::RequestHead& r) { r.fields.set("Upgrade", "h2c"); }));
  CHECK_FALSE(opens([](http::RequestHead& r) { r.fields.set("Upgrade", "websocket, h2c"); }));
  CHECK_FALSE(opens([](http::RequestHead& r) { r.fields.add("Upgrade", "websocket"); }));
  CHECK_FALSE(opens([](http::RequestHead& r) { r.fields.set("Connection", "close"); }));
  CHECK_FALSE(opens([](http::RequestHead& r) { r.fields.remove("Sec-WebSocket-Key"); }));
  CHECK_FALSE(opens([](http::RequestHead& r) { r.fields.set("Sec-WebSocket-Key", "short"); }));
  CHECK_FALSE(opens([](http::RequestHead& r) { r.fields.add("Sec-WebSocket-Key", key); }));
  CHECK_FALSE(opens([](http::RequestHead& r) { r.fields.set("Sec-WebSocket-Version", "8"); }));
}

TEST_CASE("RFC 6455, section 4.1: only the response to the request's own key accepts it") {
  const auto accepts = [](auto change) {
    http::ResponseHead response = acceptance();
    change(response);
    return accepts_websocket(handshake().fields, response);
  };
  CHECK(accepts([](http::ResponseHead&) {}));
  CHECK_FALSE(accepts([](http::ResponseHead& r) { r.status = 200; }));
  CHECK_FALSE(accepts([](http::ResponseHead& r) { r.fields.set("Upgrade", "h2c"); }));
  CHECK_FALSE(accepts([](http::ResponseHead& r) { r.fields.remove("Connection"); }));
  CHECK_FALSE(accepts([](http::ResponseHead& r) { r.fields.remove("Sec-WebSocket-Accept"); }));
  CHECK_FALSE(accepts([](http::ResponseHead& r) { r.fields.set("Sec-WebSocket-Accept", key); }));
  CHECK_FALSE(accepts([](http::ResponseHead& r) { r.fields.add("Sec-WebSocket-Accept", acceptance_key); }));
}
