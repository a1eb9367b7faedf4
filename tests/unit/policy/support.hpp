#pragma once

#include <larder/http/date.hpp>
#include <larder/http/message.hpp>
#include <larder/http/target.hpp>
#include <larder/policy/route.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace larder::policy::test {

/// Field lines written as on the wire, with "|" for the line ends: "Cache-Control: no-store|Vary: *".
inline http::FieldList fields_of(std::string_view text) {
  http::FieldList fields;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('|'));
    const std::size_t colon = line.find(": ");
    fields.add(line.substr(0, colon), line.substr(colon + 2));
    text.remove_prefix(line.size() == text.size() ? line.size() : line.size() + 1);
  }
  return fields;
}

/// The reverse of fields_of().
inline std::string text_of(const http::FieldList& fields) {
  std::string text;
  for (const http::Field field : fields) {
    if (!text.empty()) text += '|';
    text.append(field.name).append(": ").append(field.value);
  }
  return text;
}

inline http::RequestHead request_of(std::string_view method, std::string_view fields = "") {
  http::RequestHead request;
  request.method = method;
  request.target = "/";
  request.fields = fields_of(fields);
  return request;
}

inline http::ResponseHead response_of(int status, std::string_view fields = "") {
  http::ResponseHead response;
  response.status = status;
  response.fields = fields_of(fields);
  return response;
}

inline http::Target target_of(std::string_view path, std::optional<std::string> query = {},
                              std::string_view host = "shop.test", std::string_view port = "") {
  return {"http", std::string(host), std::string(port), std::string(path), std::move(query)};
}

/// Sun, 06 Nov 1994 08:49:37 GMT: the RFC's example, "now" in these tests.
inline constexpr std::string_view noon_text = "Sun, 06 Nov 1994 08:49:37 GMT";
inline const Time noon{Milliseconds{784'111'777'000}};

inline std::string date_after(Milliseconds since_noon) {
  return http::format_date(noon + since_noon);
}

}  // namespace larder::policy::test
