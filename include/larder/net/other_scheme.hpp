#pragma once

#include <boost/system/error_code.hpp>

namespace larder::net {

/// Whether a handshake may have failed because the server that was connected to does not speak TLS.
bool may_be_plain(const boost::system::error_code& error);

/// Whether a client's handshake failed because it spoke plain HTTP.
bool is_plain_http(const boost::system::error_code& error);

}  // namespace larder::net
