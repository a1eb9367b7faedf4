#pragma once

#include <larder/base/result.hpp>

#include <string>
#include <string_view>

namespace larder::net {

/// Where to listen or to connect to: a host and port, or the path of a Unix socket.
struct Endpoint {
  std::string host;  ///< a name or an address, an IPv6 address without brackets
  std::string port;
  std::string unix_path;  ///< takes the place of host and port if not empty

  /// `host:port`, `[::1]:port`, `unix:/path`: for logs.
  std::string text() const;
  bool operator==(const Endpoint&) const = default;
};

/// Reads `127.0.0.1:8080`, `[::]:8080`, `localhost:80`, `:8080` (every address), `8080` or `unix:/path`.
Result<Endpoint> parse_endpoint(std::string_view text);

}  // namespace larder::net
