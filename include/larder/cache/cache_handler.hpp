#pragma once

#include <larder/base/address_set.hpp>
#include <larder/base/clock.hpp>
#include <larder/cache/fill_coordinator.hpp>
#include <larder/cache/loop_notices.hpp>
#include <larder/pipeline/handler.hpp>
#include <larder/policy/folded_routes.hpp>
#include <larder/policy/key.hpp>
#include <larder/policy/reason.hpp>
#include <larder/policy/reuse.hpp>
#include <larder/policy/route.hpp>
#include <larder/policy/sites.hpp>
#include <larder/store/leases.hpp>
#include <larder/store/purge_log.hpp>
#include <larder/store/store.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace larder::cache {

class BackgroundFills;
class FillWatch;
class RefreshAhead;
class RefreshClaim;
class SharedFill;
class Sleeper;
class Tasks;
struct JoinResult;
struct FillSnapshot;
struct Keeping;
struct FillFailure;
struct Transaction;

/// What the cache goes by.
struct Settings {
  policy::Sites sites;
  std::vector<policy::Route> routes;  ///< the first match wins; each names its upstream
  policy::FoldedRoutes folded;        ///< the same routes
  policy::Route fallback;             ///< where none matches; without an upstream such a request gets 404
  Milliseconds max_lifetime{24 * 3'600'000};
  std::uint64_t max_object = 8ull << 20;  ///< bytes of content; larger responses stream through, unstored
  AddressSet purge_method;                ///< clients whose PURGE is answered here; everybody else's is 405
  /// How long a fill of unknown length goes on when its last reader has left.
  Milliseconds unread_at_most{5'000};
  /// When a write of unknown outcome purges once more.
  Milliseconds purge_again_after{5'000};
  std::map<std::string, Protection> upstreams;  ///< by name; others are not limited
  std::string loop_mark;                        ///< this instance's in CDN-Loop; empty: loops go unseen
};

/// The story of a request: which route, from cache or from the origin, stored or not, and what it purges.
///
///   request             | stored response        | decision | X-Cache
///   GET, HEAD           | fresh                  | serve    | HIT, and perhaps fetched anew behind (XFetch)
///                       | stale, in the window   | serve    | STALE, and validated behind (RFC 5861)
///                       | stale with a validator | validate | REVALIDATED (304), MISS (anything else)
///                       | none, stale, purged    | fill     | MISS
///                       | stale, and an error    | serve    | STALE, where stale-if-error allows (RFC 5861)
///   GET with a Range    | whole or part, fresh   | serve    | HIT (206 or 416)
///                       | none                   | fill     | MISS (206, kept as a part; or the whole)
///   GET without a Range   | a part                 | fill     | MISS (the rest alone is fetched)
///   not to be cached    | not looked for         | pass     | BYPASS
///   unsafe              | purged after success   | pass     | BYPASS
///   PURGE, BAN          | purged if allowed      | here     | BYPASS
///
/// Who validates or fills does it for all who ask the same meanwhile, on every worker (`collapse: local`)
/// and, by a lease in Redis, on every instance (`collapse: cluster`):
///
///   a fill of that key   | the request                     | its answer, with `collapsed` in Cache-Status
///   none runs            | leads: asks the origin for all  |
///   asks the origin      | waits for the head              | streamed as it arrives; 304, 206, head alone
///   its content arrives  | joins                           | the same, from the beginning
///   found not for others | goes on its own, as the next do | its own (hit-for-miss, for 10 s)
///   of another variant   | leads or joins one of its own   |
///   failed               | is told so, once                | STALE where allowed, else the error
///   begun before a purge | leads a new one in its place    |
///
/// A fill goes on without the client that began it, and waits in a queue where its upstream has enough of
/// them.
///
/// One for each worker, over that worker's store and origin; settings, purge log and coordinator are
/// everybody's. A request goes to its end by the settings that it found, and keeps them alive as long.
class CacheHandler final : public pipeline::Handler {
 public:
  CacheHandler(std::shared_ptr<const Settings> settings, store::Store& store, store::PurgeLog& log,
               pipeline::Handler& origin, const Clock& clock, FillCoordinator& coordinator,
               store::Leases* leases = nullptr, LoopNotices* loops = nullptr);
  ~CacheHandler() override;

  /// The hit path: what memory has fresh.
  bool answer_now(pipeline::Request& request, pipeline::Response& response) override;

  Task<Result<pipeline::Response>> handle(pipeline::Request& request) override;

  /// Requests go by these from now on; nothing that is stored is lost. On the loop that the requests come on.
  void adopt(std::shared_ptr<const Settings> settings);
  const std::shared_ptr<const Settings>& settings() const { return settings_; }

  /// Ends the fills that go on without a client. On the loop they run on.
  void stop();

 private:
  Result<policy::Reason> open(const Transaction& transaction) const;
  policy::ReuseDecision decide(const Transaction& transaction, const store::StoredResponse& stored,
                               Time now) const;
  Task<Result<pipeline::Response>> look_up(Transaction& transaction);
  bool trusts_hits(const Transaction& transaction) const;
  Task<Result<pipeline::Response>> look_up_part(Transaction& transaction, policy::Reason absence);
  Task<> refresh_in_background(const Transaction& transaction, store::StoredResponsePtr stored, Time now);
  Task<> refresh(pipeline::Request request, std::shared_ptr<const Settings> settings,
                 policy::RouteMatch match, RefreshClaim claim);
  std::optional<pipeline::Response> stand_in(const Transaction& transaction, policy::Reason why,
                                             std::optional<int> origin_status);
  bool is_hit_for_miss(const Transaction& transaction) const;
  Task<Result<pipeline::Response>> collapse(Transaction& transaction, policy::Reason why,
                                            store::StoredResponsePtr validated);
  Milliseconds longest_wait(const Transaction& transaction) const;
  bool needs_lease(const Transaction& transaction) const;
  JoinResult enter(const Transaction& transaction, const std::string& key, bool leads);
  bool is_outdated(const Transaction& transaction, const SharedFill& fill) const;
  std::optional<pipeline::Response> share(const Transaction& transaction, policy::Reason why,
                                          const std::shared_ptr<SharedFill>& fill, const FillSnapshot& seen);
  std::optional<pipeline::Response> share_failure(const Transaction& transaction, policy::Reason why,
                                                  const FillFailure& failure);
  Task<Result<pipeline::Response>> lead(Transaction& transaction, policy::Reason why,
                                        store::StoredResponsePtr validated);
  bool is_usable(const Transaction& transaction, const store::StoredResponsePtr& found) const;
  Task<Result<store::StoredResponsePtr>> acquire_cluster_lease(Transaction& transaction);
  bool is_purged_since(const Transaction& transaction, store::Position position) const;
  Task<bool> acquire_permit(Transaction& transaction);
  pipeline::Response refuse_busy(const Transaction& transaction, policy::Reason why);
  Task<bool> share_content(Transaction& transaction, std::shared_ptr<store::Draft> draft,
                           pipeline::Body& body);
  static Protection limits_of(const Transaction& transaction);
  Keeping keeping_of(const Transaction& transaction) const;
  Task<Result<pipeline::Response>> fill(Transaction& transaction, policy::Reason why,
                                        store::StoredResponsePtr validated);
  Task<Result<pipeline::Response>> take_new(Transaction& transaction, policy::Reason why,
                                            pipeline::Response response);
  Task<Result<pipeline::Response>> take_part(Transaction& transaction, policy::Reason why,
                                             pipeline::Response response);
  Task<> retire_stored(const Transaction& transaction, int status);
  Task<> spare_content(const Transaction& transaction, pipeline::Response& response) const;
  bool is_purged(const store::StoredResponsePtr& stored) const;
  void add_conditions(Transaction& transaction, policy::Reason why, const store::StoredResponsePtr& validated,
                      http::FieldList& fields);
  void ask_about_variants(Transaction& transaction, policy::Reason why, http::FieldList& fields);
  static store::StoredResponsePtr selected_variant(Transaction& transaction,
                                                   const pipeline::Response& response);
  void ask_for_rest(Transaction& transaction, http::FieldList& fields);
  bool complete(Transaction& transaction, pipeline::Response& response) const;
  Task<> take_head(Transaction& transaction, const http::ResponseHead& head);
  Task<Result<pipeline::Response>> take_not_modified(Transaction& transaction, pipeline::Response response,
                                                     store::StoredResponsePtr validated);
  Task<Result<pipeline::Response>> pass(Transaction& transaction, policy::Reason why);
  Task<Result<pipeline::Response>> open_websocket(Transaction& transaction);
  pipeline::Response refuse_loop(const policy::Route& route) const;
  Task<> settle(Transaction& transaction, Result<pipeline::Response>& response);
  std::shared_ptr<store::Draft> posted_answer(Transaction& transaction,
                                              const pipeline::Response& response) const;
  Task<std::size_t> purge_after(Transaction& transaction, const Result<pipeline::Response>& response,
                                bool stands_alone);
  Task<> purge_later(const Transaction& transaction, store::PurgeBatch batch, bool if_whole);
  Task<> purge_at(std::shared_ptr<Sleeper> sleeper, SteadyTime time, store::PurgeBatch batch,
                  std::shared_ptr<const pipeline::Delivery> only_if_whole);
  Task<pipeline::Response> purge_target(const pipeline::Request& request);

  std::shared_ptr<const Settings> settings_;
  store::Store& store_;
  store::PurgeLog& log_;
  pipeline::Handler& origin_;
  const Clock& clock_;
  FillCoordinator& coordinator_;
  store::Leases* leases_;
  LoopNotices* loops_;
  std::unique_ptr<BackgroundFills> background_fills_;
  std::unique_ptr<RefreshAhead> ahead_;
  std::unique_ptr<Tasks> pumps_;
  std::unique_ptr<FillWatch> watch_;
  std::unique_ptr<Tasks> later_purges_;
  std::string key_;  // of the request looked up last: its memory is used again
};

}  // namespace larder::cache
