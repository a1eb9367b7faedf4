#pragma once

#include <boost/system/error_code.hpp>

namespace larder {

/// What can go wrong on a message's way. Library errors are renamed to one of these at the edge.
enum class Error {
  timeout = 1,     ///< a deadline passed
  closed,          ///< the peer ended the connection in an orderly way
  reset,           ///< the connection broke: what came of it may be cut short
  unavailable,     ///< no connection could be made, or the service is known to be down
  malformed,       ///< bytes that the protocol does not allow
  unsupported,     ///< understood, but not offered: an unknown transfer coding, a later version
  too_large,       ///< past a bound of ours
  head_too_large,  ///< a message head past its bound
  uri_too_long,    ///< a request target past its bound
  refused,         ///< the peer said no: bad credentials, an error reply
  canceled,        ///< ended from our side: shutdown, an abandoned wait
  version,         ///< a version of the protocol that is not supported
  client_left,     ///< given up because the only client that waited for it has left
};

const boost::system::error_category& error_category() noexcept;

inline boost::system::error_code make_error_code(Error error) {
  return {static_cast<int>(error), error_category()};
}

}  // namespace larder

template <>
struct boost::system::is_error_code_enum<larder::Error> : std::true_type {};
