#pragma once

#include <larder/base/result.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace larder::http1 {

/// Bytes that a header of the PROXY protocol may have at most; longer ones are malformed. Load balancers add
/// some hundred bytes of TLVs.
inline constexpr std::size_t longest_proxy_header = 4096;

/// What a load balancer says before a connection's first byte (PROXY protocol of HAProxy, version 1 or 2).
struct ProxyHeader {
  std::size_t lacks = 0;       ///< more bytes than those there belong to it: so many at least; 0: it is whole
  std::string client_address;  ///< without the port; empty: the connection is the peer's own (LOCAL);
                               ///< "unknown": the peer relays it, and does not say for whom
};

/// Reads the header from its first byte on; `bytes` are never more than it has, if no more are read than it
/// lacks. Error::malformed, as soon as that can be seen, if it is none.
Result<ProxyHeader> read_proxy_header(std::string_view bytes);

}  // namespace larder::http1
