#pragma once

#include "fill_leader.hpp"
#include "fill_limiter.hpp"

#include <larder/pipeline/handler.hpp>
#include <larder/policy/forwarding.hpp>
#include <larder/policy/key.hpp>
#include <larder/policy/reason.hpp>
#include <larder/policy/route_table.hpp>
#include <larder/store/purge_log.hpp>
#include <larder/store/stored_response.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace larder::cache {

struct Settings;

/// One request while it is being answered: what was found out about it so far.
struct Transaction {
  pipeline::Request& request;
  const std::shared_ptr<const Settings>& settings;  ///< as it came; the transaction's maker keeps them
  policy::RouteMatch match;                         ///< one of their routes
  policy::Key key{};                                ///< of a request that may be answered from cache
  policy::Reason why = policy::Reason::none;        ///< it is not simply served from cache

  /// What is stored and matches the request, though it may not simply be served. nullptr if it must not be
  /// used for this request at all.
  store::StoredResponsePtr stored{};
  store::StoredResponsePtr part{};                   ///< of the response, where that had to be waited for
  std::vector<store::StoredResponsePtr> variants{};  ///< if the request selects none of them
  bool validates = false;                            ///< the origin is to be asked whether that still holds

  /// What the client sent, where its route has shared requests sent otherwise.
  std::optional<http::FieldList> own_fields{};

  SteadyTime looked_up{};  ///< when looking for it began

  /// Whether what is stored may be used: with `consistency: strict`, whether this instance knows every purge
  /// that was answered before the request began.
  bool knows_purges = true;
  bool is_background = false;  ///< no client waits for its answer
  bool counts_uses = false;    ///< nothing is stored under its key, and its route stores from a later use on
  /// The key in the collapser under which responses are known not to be for others.
  std::optional<std::string> hit_for_miss{};

  /// The client's own conditions go to the origin, whose answer nobody else waits for.
  bool keeps_conditions = false;

  // Of what is fetched for it.
  store::PurgeLog::Mark mark{};
  Time request_time{};
  Time response_time{};
  std::optional<SteadyTime> fill_until{};  ///< no later, unless it turns out not to be kept
  std::optional<FillLeader> leader{};      ///< of the fill that others wait for
  std::optional<FillLimiter::Permit> permit{};

  const policy::Route& route() const { return *match.route; }
};

/// Whether this instance can be sure of the purges that what is stored was judged by.
inline bool trusts_hits(const Transaction& transaction, const store::PurgeLog& log) {
  return transaction.knows_purges && log.trusts_hits();
}

/// The same for one stored response: under `strict`, a purge since it was fetched may have been lost with a
/// Redis that had it.
inline bool trusts(const Transaction& transaction, const store::PurgeLog& log,
                   const store::StoredResponse& stored) {
  return trusts_hits(transaction, log) && (!transaction.route().strict || log.is_certain_since(stored.born));
}

/// The limits of the upstream that answers it.
Protection limits_of(const Transaction& transaction);

/// How large content may be that is stored.
std::uint64_t max_object_of(const Transaction& transaction);

/// When the fetch of its response for the cache ends at the latest.
SteadyTime end_of_fill(const Transaction& transaction);

/// The request as it goes to the origin: `cacheable` if its response may be shared. The body is moved into
/// it. A http::Fault if Connection names a field that it must not.
Result<pipeline::Request> forwarded(Transaction& transaction, bool cacheable);

/// What templates of fields may hold, which both outlive.
policy::TemplateValues template_values(const policy::RouteMatch& match, const pipeline::Request& request);

/// Leaves of a response's fields those that go on to the client: policy::response_fields_to_forward()
/// without what is for caches alone.
void forward_fields(http::ResponseHead& head, bool keep_length);

/// Whether the request as it was sent, for one client, is the very one that a fill with the head `get`
/// would have sent, except for the method.
bool sends_the_same(const Transaction& transaction, const http::RequestHead& get);

}  // namespace larder::cache
