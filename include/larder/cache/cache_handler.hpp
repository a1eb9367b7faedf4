#pragma once

#include <larder/base/clock.hpp>
#include <larder/cache/fill_coordinator.hpp>
#include <larder/cache/front_notices.hpp>
#include <larder/cache/loop_notices.hpp>
#include <larder/cache/settings.hpp>
#include <larder/pipeline/handler.hpp>
#include <larder/policy/reuse.hpp>
#include <larder/store/leases.hpp>
#include <larder/store/purge_log.hpp>
#include <larder/store/store.hpp>

#include <memory>
#include <string>

namespace larder::cache {

struct Transaction;

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
///   found not for others | goes on its own, as the next do | its own (hit-for-miss, for 10 s at most)
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
               store::Leases* leases = nullptr, LoopNotices* loops = nullptr, FrontNotices* fronts = nullptr);
  ~CacheHandler() override;

  /// The hit path: what memory has fresh.
  bool answer_now(pipeline::Request& request, pipeline::Response& response) override;

  Task<Result<pipeline::Response>> handle(pipeline::Request& request) override;

  /// Requests go by these from now on; nothing that is stored is lost. On the loop that the requests come on.
  void adopt(std::shared_ptr<const Settings> settings);
  const std::shared_ptr<const Settings>& settings() const { return settings_; }

  /// The worker ends soon: purges at once what writes of unknown outcome were to purge some seconds from now.
  /// On the loop.
  void drain();

  /// Ends the fills that go on without a client. On the loop they run on.
  void stop();

 private:
  struct Parts;

  policy::ReuseDecision decide(const Transaction& transaction, const store::StoredResponse& stored,
                               bool origin_hangs, Time now) const;
  Task<Result<pipeline::Response>> answer(Transaction& transaction);
  Task<Result<pipeline::Response>> look_up(Transaction& transaction);
  Task<Result<pipeline::Response>> look_up_part(Transaction& transaction);
  void look_behind_proxies(const Settings& settings, pipeline::Request& request) const;
  pipeline::Response refuse_loop(const policy::Route& route) const;

  std::shared_ptr<const Settings> settings_;
  store::Store& store_;
  store::PurgeLog& log_;
  const Clock& clock_;
  LoopNotices* loops_;
  FrontNotices* fronts_;
  std::unique_ptr<Parts> parts_;
  std::string key_;             // of the request looked up last: its memory is used again
  http::FieldList own_fields_;  // the same, of what its client sent
};

}  // namespace larder::cache
