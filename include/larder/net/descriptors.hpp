#pragma once

#include <boost/system/error_code.hpp>

#include <cerrno>

namespace larder::net {

/// Whether the process or the system has no descriptor left: the peer is not to blame.
inline bool is_out_of_descriptors(const boost::system::error_code& error) {
  const bool is_systems = error.category() == boost::system::system_category();
  return is_systems && (error.value() == EMFILE || error.value() == ENFILE);
}

}  // namespace larder::net
