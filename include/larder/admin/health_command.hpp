#pragma once

#include <larder/net/endpoint.hpp>

#include <ostream>

namespace larder::admin {

/// Asks the larder whose admin API listens at `listener` whether it is well, for two seconds at most, and
/// prints what it says. The exit code: 0 if it is, else 1.
int run_healthcheck(const net::Endpoint& listener, std::ostream& out, std::ostream& errors);

/// The same of a larder without an admin API: whether anybody accepts connections at `listener`.
int run_connection_check(const net::Endpoint& listener, std::ostream& out, std::ostream& errors);

}  // namespace larder::admin
