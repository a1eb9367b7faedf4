#pragma once

#include <larder/http/field_list.hpp>

#include <string>
#include <string_view>

namespace larder::http {

/// The head of a request (RFC 9112, sections 2 and 3), as its client sent it.
struct RequestHead {
  std::string method;
  std::string target;     ///< as received
  int version_minor = 1;  ///< of HTTP/1.x
  FieldList fields;
};

/// The head of a response (RFC 9112, sections 2 and 4).
struct ResponseHead {
  int version_minor = 1;
  int status = 200;
  std::string reason;  ///< may be empty
  FieldList fields;
};

/// The standard reason phrase of a status code (RFC 9110, section 15), or "" for one not registered.
std::string_view reason_phrase(int status);

/// Whether a response of that status to that method has no content, whatever its fields say (RFC 9112,
/// section 6.3).
bool is_bodiless(int status, std::string_view request_method);

/// Methods that ask for nothing to be changed (RFC 9110, section 9.2.1): those that IANA's registry of HTTP
/// methods calls safe.
bool is_safe(std::string_view method);

/// Methods that may be sent again when the outcome is unknown (RFC 9110, section 9.2.2).
bool is_idempotent(std::string_view method);

}  // namespace larder::http
