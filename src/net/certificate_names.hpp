#pragma once

#include <openssl/types.h>

#include <string>

namespace larder::net {

/// The names and addresses that a certificate is for, as a list of the first few; without them its subject.
std::string names_in(X509* certificate);

}  // namespace larder::net
