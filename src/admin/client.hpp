#pragma once

#include <larder/base/clock.hpp>
#include <larder/base/result.hpp>
#include <larder/base/task.hpp>
#include <larder/net/endpoint.hpp>

#include <string>

namespace larder::admin {

struct Answer {
  int status = 0;
  std::string content;
};

/// Sends one request over a connection of its own and reads the answer, until `deadline`; a POST is one of
/// JSON. `token` may be empty. The errors of net::connect(), Error::malformed for what is not HTTP,
/// Error::too_large past 1 MiB.
Task<Result<Answer>> post(net::Endpoint endpoint, std::string token, std::string target, std::string content,
                          SteadyTime deadline);
Task<Result<Answer>> get(net::Endpoint endpoint, std::string token, std::string target, SteadyTime deadline);

}  // namespace larder::admin
