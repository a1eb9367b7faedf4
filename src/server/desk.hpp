#pragma once

#include <larder/http1/head_parser.hpp>
#include <larder/pipeline/handler.hpp>

#include <string>

namespace larder::server {

/// A request and its response.
struct Exchange {
  http1::RequestControl control;
  pipeline::Request request;
  pipeline::Response response;
  bool is_answered = false;  ///< `response` is the answer
};

/// Where the requests of one worker are read and answered, one after the other, as long as none has to wait:
/// so they all share its memory. One that has to wait takes its exchange along.
struct Desk {
  Exchange exchange;
  std::string out;  ///< answers to be sent
};

}  // namespace larder::server
