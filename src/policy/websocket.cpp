#include <larder/base/hash.hpp>
#include <larder/base/text.hpp>
#include <larder/http/list.hpp>
#include <larder/policy/websocket.hpp>

namespace larder::policy {
namespace {

constexpr std::string_view key_field = "Sec-WebSocket-Key";
constexpr std::size_t key_size = 24;  // 16 bytes in base64

// One line, one value: what two parsers could read differently is not a handshake.
std::string_view only_value(const http::FieldList& fields, std::string_view name) {
  if (fields.count(name) != 1) return {};
  return trim(fields.find(name).value_or(""));
}

bool upgrades(const http::FieldList& fields) {
  return equal_ignoring_case(only_value(fields, "Upgrade"), "websocket") &&
         http::list_contains(fields, "Connection", "Upgrade");
}

}  // namespace

// RFC 6455, section 4.2.1.
bool asks_for_websocket(const Route& route, const http::RequestHead& request, bool has_content) {
  if (!route.websocket || has_content || request.method != "GET" || request.version_minor == 0) return false;
  return upgrades(request.fields) && only_value(request.fields, "Sec-WebSocket-Version") == "13" &&
         only_value(request.fields, key_field).size() == key_size;
}

// RFC 6455, section 4.1.
bool accepts_websocket(const http::FieldList& request_fields, const http::ResponseHead& response) {
  constexpr std::string_view guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  if (response.status != 101 || !upgrades(response.fields)) return false;
  const std::string challenge = std::string(only_value(request_fields, key_field)).append(guid);
  return only_value(response.fields, "Sec-WebSocket-Accept") == sha1_base64(challenge);
}

}  // namespace larder::policy
