#pragma once

#include <larder/http/message.hpp>
#include <larder/http/target.hpp>

#include <optional>
#include <string_view>

namespace larder::admin {

/// Why a request is refused before anything is shown or done.
struct Denial {
  int status = 0;
  std::string_view detail;
};

/// If there is no token, whether a request can only have come from a program on this machine. Any web page
/// may send requests to a loopback address, and by DNS rebinding read the answers: then Host is the page's
/// own name, and the browser says in Origin or Sec-Fetch-Site for which page it asks. 421 for a Host other
/// than localhost, 127.0.0.1 and [::1], 403 for another origin.
std::optional<Denial> deny_web_page(const http::RequestHead& head, const http::Target& target);

/// Changes are sent as JSON: a web page can send other types without asking first, so 415 for those
/// (and for several Content-Type fields).
std::optional<Denial> deny_content_type(const http::FieldList& fields);

}  // namespace larder::admin
