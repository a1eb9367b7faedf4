#pragma once

#include "background_fills.hpp"
#include "collapsing.hpp"
#include "context.hpp"
#include "refresh.hpp"

#include <larder/pipeline/handler.hpp>
#include <larder/policy/route_table.hpp>

#include <memory>

namespace larder::cache {

/// Refreshes stored responses while they go on being served: stale ones (RFC 5861, section 3), and fresh ones
/// before their end. Of one worker, on its loop.
class BackgroundRefresh {
 public:
  BackgroundRefresh(const Context& context, Collapsing& collapsing)
      : context_(context), collapsing_(collapsing) {}

  /// Has a response fetched again, unless that is under way already or has failed a moment ago.
  Task<> start(const Transaction& transaction, store::StoredResponsePtr stored, Time now);

  /// Ends all that runs.
  void stop() { fills_.stop(); }

 private:
  Task<> run(pipeline::Request request, std::shared_ptr<const Settings> settings, policy::RouteMatch match,
             RefreshClaim claim);

  const Context& context_;
  Collapsing& collapsing_;
  BackgroundFills fills_;
};

}  // namespace larder::cache
