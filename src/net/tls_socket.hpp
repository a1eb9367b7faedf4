#pragma once

#include <openssl/bio.h>

namespace larder::net {

/// OpenSSL's way to a non-blocking socket. Its own would end the program by SIGPIPE if the peer has gone.
/// `socket` outlives the BIO, which does not close it. nullptr if there is no memory.
BIO* new_socket_bio(int* socket);

}  // namespace larder::net
