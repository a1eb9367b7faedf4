#pragma once

#include "context.hpp"
#include "fill_watch.hpp"
#include "tasks.hpp"

#include <larder/pipeline/body.hpp>
#include <larder/store/stored_response.hpp>

#include <memory>

namespace larder::cache {

/// Content on its way to all that wait for it, and into the store. Of one worker, on its loop.
class ContentSharing {
 public:
  explicit ContentSharing(const Context& context) : context_(context) {}

  /// Takes over what the transaction leads. `body` becomes what its own client reads: all of it if it is
  /// there already, else as it arrives. Whether it is kept: not if too much is held for clients already. Then
  /// it passes at its client's pace, and the others fetch for themselves.
  Task<bool> share(Transaction& transaction, std::shared_ptr<store::Draft> draft, pipeline::Body& body);

  /// Ends what goes on without a client.
  void stop();

 private:
  Task<> finish_at_once(Transaction& transaction, std::shared_ptr<store::Draft> draft,
                        const pipeline::Body& body);

  const Context& context_;
  // Contents on their way into the store of one worker at once.
  Tasks pumps_{4'096};
  FillWatch watch_;
};

}  // namespace larder::cache
