#pragma once

#include <larder/base/task.hpp>
#include <larder/net/stream.hpp>

#include <string>

namespace larder::server {

/// Takes the header of the PROXY protocol off the beginning of a connection, before TLS; whose address it
/// names, which is the peer's own if it names none. Error::malformed if there is no header, Error::timeout if
/// it is not whole by the stream's deadline.
Task<Result<std::string>> read_proxy_preface(net::Stream& stream);

}  // namespace larder::server
