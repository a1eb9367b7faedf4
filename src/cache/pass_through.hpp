#pragma once

#include "context.hpp"
#include "tasks.hpp"

#include <larder/base/result.hpp>
#include <larder/pipeline/handler.hpp>
#include <larder/store/purge_log.hpp>

#include <memory>

namespace larder::cache {

class Sleeper;

/// Requests that go to the origin as they are, and whose answers are for their clients alone; and what the
/// unsafe ones among them purge. Of one worker, on its loop.
class PassThrough {
 public:
  explicit PassThrough(const Context& context) : context_(context) {}

  Task<Result<pipeline::Response>> pass(Transaction& transaction);

  /// A handshake goes to the origin as it is. Only if that accepts it does the connection become a tunnel:
  /// what the client sent behind it waits until then, and is the next request if there is none.
  Task<Result<pipeline::Response>> open_websocket(Transaction& transaction);

  /// Ends what waits to purge once more.
  void stop() { later_purges_.stop(); }

 private:
  struct Write;

  Task<> settle(Transaction& transaction, Write& write, Result<pipeline::Response>& response);
  Task<std::size_t> purge_after(const Transaction& transaction, Write& write,
                                const Result<pipeline::Response>& response, bool stands_alone);
  Task<> purge_later(const Transaction& transaction, store::PurgeBatch batch,
                     std::shared_ptr<const pipeline::Delivery> only_if_whole);
  Task<> purge_at(std::shared_ptr<Sleeper> sleeper, SteadyTime time, store::PurgeBatch batch,
                  std::shared_ptr<const pipeline::Delivery> only_if_whole);

  const Context& context_;
  // Writes of unknown outcome that wait for their second purge: as many as an outage of the origin makes.
  Tasks later_purges_{16'384};
};

}  // namespace larder::cache
