#pragma once

#include <boost/system/error_code.hpp>

#include <string>

namespace larder::net {

/// OpenSSL's words for a file that could not be read or used.
std::string last_tls_reason();

/// Why an operation failed, in OpenSSL's words: `verify_result` if the certificate was not trusted, else
/// the last error in OpenSSL's queue of this thread.
boost::system::error_code tls_error(long verify_result);

}  // namespace larder::net
