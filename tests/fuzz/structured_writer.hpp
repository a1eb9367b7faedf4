#pragma once

#include <larder/http/structured_fields.hpp>

#include <string>

namespace larder::fuzz {

/// Structured fields as text (RFC 9651, section 4.1).
std::string write(const http::structured::Item& item);
std::string write(const http::structured::List& list);
std::string write(const http::structured::Dictionary& dictionary);

}  // namespace larder::fuzz
