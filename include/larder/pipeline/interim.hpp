#pragma once

#include <larder/http/message.hpp>

namespace larder::pipeline {

/// Takes the interim responses (1xx, RFC 9110, section 15.2) that come before a response, for the client
/// whose request was sent. It belongs to the client's connection and its loop, and outlives the handling of a
/// request.
class InterimSink {
 public:
  virtual ~InterimSink() = default;

  /// Passes one on, without waiting. A client that takes none of them misses some.
  virtual void take(const http::ResponseHead& head) = 0;
};

}  // namespace larder::pipeline
