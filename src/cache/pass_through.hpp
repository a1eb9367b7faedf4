#pragma once

#include "context.hpp"
#include "later_purges.hpp"

#include <larder/base/result.hpp>
#include <larder/pipeline/handler.hpp>
#include <larder/store/purge_log.hpp>

#include <memory>

namespace larder::cache {

/// Requests that go to the origin as they are, and whose answers are for their clients alone; and what the
/// unsafe ones among them purge. Of one worker, on its loop.
class PassThrough {
 public:
  explicit PassThrough(const Context& context) : context_(context) {}

  Task<Result<pipeline::Response>> pass(Transaction& transaction);

  /// A handshake goes to the origin as it is. Only if that accepts it does the connection become a tunnel:
  /// what the client sent behind it waits until then, and is the next request if there is none.
  Task<Result<pipeline::Response>> open_websocket(Transaction& transaction);

  /// The worker ends soon, or now: what waits to purge once more does so.
  void drain() { later_purges_.drain(); }
  void stop() { later_purges_.stop(); }

 private:
  struct Write;

  Task<> settle(Transaction& transaction, Write& write, Result<pipeline::Response>& response);
  Task<std::size_t> purge_after(const Transaction& transaction, Write& write,
                                const Result<pipeline::Response>& response, bool stands_alone);

  const Context& context_;
  LaterPurges later_purges_{context_.log};
};

}  // namespace larder::cache
