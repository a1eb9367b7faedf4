#pragma once

#include "fill_leader.hpp"
#include "fill_limiter.hpp"

#include <larder/pipeline/handler.hpp>
#include <larder/policy/forwarding.hpp>
#include <larder/policy/key.hpp>
#include <larder/policy/route.hpp>
#include <larder/store/purge_log.hpp>
#include <larder/store/stored_response.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace larder::cache {

struct Settings;

/// One request while it is being answered: what was found out about it so far.
struct Transaction {
  pipeline::Request& request;
  const std::shared_ptr<const Settings>& settings;  ///< as it came; whoever makes the transaction keeps them
  policy::RouteMatch match;                         ///< one of their routes
  policy::Key key{};                                ///< of a request that may be answered from cache
  store::PurgeLog::Mark mark{};                     ///< of its fill
  Time request_time{};                              ///< of its fill
  Time response_time{};
  /// What is stored and matches the request, though it may not simply be served. nullptr where it is none of
  /// this request's business.
  store::StoredResponsePtr stored{};
  std::vector<store::StoredResponsePtr> variants{};  ///< the origin is asked which of them answers it
  bool has_asked_which = false;
  store::StoredResponsePtr part{};  ///< of what it asks for, while only the rest is asked for
  bool is_whole_wanted = false;     ///< that was no use

  /// Whether what is stored may be used: with `consistency: strict`, whether this instance knows every purge
  /// that was answered before the request began.
  bool knows_purges = true;
  std::shared_ptr<pipeline::Delivery> delivery{};  ///< of an unsafe request
  bool purge_waits = false;                        ///< what it purged is not in the log yet
  bool is_background = false;                      ///< nobody waits for its answer
  bool is_hit_for_miss = false;                    ///< responses under its key are known not to be for others
  store::PurgeLog::Mark arrival{};                 ///< the purge log's, when it looked for a fill to join
  std::optional<FillLeader> leader{};              ///< of the fill that others wait for
  std::optional<FillLimiter::Permit> permit{};

  const policy::Route& route() const { return *match.route; }
};

/// The request as it goes to the origin: `cacheable` where its response may be shared. The body is moved into
/// it. Error::malformed where Connection names a field that it must not.
Result<pipeline::Request> forwarded(Transaction& transaction, bool cacheable);

/// The answer where the origin has none: 502, 503 or 504; 504 where what is stored must be validated and
/// cannot be (RFC 9111, section 5.2.2.2).
pipeline::Response unanswered(const Transaction& transaction, const boost::system::error_code& error);

/// Leaves of a response's fields those that go on to the client: policy::response_fields_to_forward().
void forward_fields(http::ResponseHead& head, bool keep_length);

/// Whether the request as it was sent, as nobody else's, is the very one that a fill with the head `get`
/// would have sent, but for the method.
bool sends_the_same(const Transaction& transaction, const http::RequestHead& get);

}  // namespace larder::cache
