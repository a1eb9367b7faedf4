#pragma once

#include <larder/net/endpoint.hpp>
#include <larder/net/stream.hpp>
#include <larder/net/tls.hpp>

#include <memory>
#include <string>

namespace larder::net {

/// Resolves and connects, on the event loop of the calling coroutine, trying each address in turn until
/// `deadline`. Error::timeout past the deadline, else the system's or the resolver's own error, of the last
/// address: refused, no descriptor (descriptors.hpp), a name that has no address. The stream comes without a
/// deadline.
///
/// With `tls`, which is not kept, the connection is secured before it is given, by the same deadline; a
/// certificate that is not trusted and a failed handshake are errors of their own, in OpenSSL's words.
/// `certified` gets the names and addresses that a certificate is for if it is for another one.
Task<Result<std::unique_ptr<Stream>>> connect(Endpoint endpoint, SteadyTime deadline,
                                              const TlsPeer* tls = nullptr, std::string* certified = nullptr);

}  // namespace larder::net
