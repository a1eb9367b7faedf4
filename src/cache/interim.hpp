#pragma once

#include "transaction.hpp"

#include <larder/pipeline/interim.hpp>

namespace larder::cache {

/// Passes interim responses on as responses are passed on. They belong to the one request that was sent: they
/// are never stored, and those who wait for the same response get none.
class ForwardedInterim final : public pipeline::InterimSink {
 public:
  /// `client`: nullptr if there is none, or it knows no interim responses.
  explicit ForwardedInterim(pipeline::InterimSink* client) : client_(client) {}

  /// For the request that is sent.
  pipeline::InterimSink* get() { return client_ != nullptr ? this : nullptr; }

  void take(const http::ResponseHead& head) override {
    http::ResponseHead passed = head;
    forward_fields(passed, false);
    client_->take(passed);
  }

 private:
  pipeline::InterimSink* client_;
};

}  // namespace larder::cache
