#pragma once

#include <larder/pipeline/handler.hpp>
#include <larder/policy/forwarding.hpp>
#include <larder/policy/key.hpp>
#include <larder/policy/route.hpp>
#include <larder/store/purge_log.hpp>

namespace larder::cache {

/// One request while it is being answered: what was found out about it so far.
struct Visit {
  pipeline::Request& request;
  policy::RouteMatch match;
  policy::Key key{};             ///< of a request that may be answered from cache
  store::PurgeLog::Mark mark{};  ///< of its fill
  Time request_time{};           ///< of its fill
  Time response_time{};

  const policy::Route& route() const { return *match.route; }
};

/// The request as it goes to the origin: `cacheable` where its response may be shared. The body is moved into
/// it. Error::malformed where Connection names a field that it must not.
Result<pipeline::Request> forwarded(Visit& visit, bool cacheable);

}  // namespace larder::cache
