#pragma once

#include <larder/base/task.hpp>
#include <larder/net/stream.hpp>

#include <string_view>

namespace larder::pipeline {

/// The server's end of a connection that speaks another protocol after a 101 (RFC 9110, section 15.2.2).
/// Destroying it ends that.
class Tunnel {
 public:
  virtual ~Tunnel() = default;

  /// Passes bytes both ways, unread, until both ends have ended or nothing has come from either for too long.
  /// `ahead` is what the client sent after its request; `client` outlives the relay.
  virtual Task<> relay(net::ByteStream& client, std::string_view ahead) = 0;
};

}  // namespace larder::pipeline
