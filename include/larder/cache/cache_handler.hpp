#pragma once

#include <larder/base/clock.hpp>
#include <larder/pipeline/handler.hpp>
#include <larder/policy/key.hpp>
#include <larder/policy/reason.hpp>
#include <larder/policy/route.hpp>
#include <larder/store/purge_log.hpp>
#include <larder/store/store.hpp>

#include <cstdint>
#include <vector>

namespace larder::cache {

struct Visit;

/// What the cache goes by.
struct Settings {
  std::vector<policy::Route> routes;  ///< the first match wins; each names its upstream
  policy::Route fallback;             ///< where none matches; without an upstream such a request gets 404
  Milliseconds max_lifetime{24 * 3'600'000};
  std::uint64_t max_object = 8ull << 20;  ///< bytes of content; larger responses stream through, unstored
};

/// The story of a request: which route, from cache or from the origin, stored or not, and what it purges.
///
///   request             | stored response        | decision | X-Cache
///   GET, HEAD           | fresh                  | serve    | HIT
///                       | stale with a validator | validate | REVALIDATED (304), MISS (anything else)
///                       | none, stale, purged    | fill     | MISS
///   not to be cached    | not looked for         | pass     | BYPASS
///   unsafe              | purged after success   | pass     | BYPASS
///
/// One for each worker, over that worker's store and origin; the settings and the purge log are everybody's.
class CacheHandler final : public pipeline::Handler {
 public:
  CacheHandler(const Settings& settings, store::Store& store, store::PurgeLog& log, pipeline::Handler& origin,
               const Clock& clock)
      : settings_(settings), store_(store), log_(log), origin_(origin), clock_(clock) {}

  Task<Result<pipeline::Response>> handle(pipeline::Request& request) override;

 private:
  Task<Result<pipeline::Response>> look_up(Visit& visit);
  Task<Result<pipeline::Response>> fill(Visit& visit, policy::Reason why, store::StoredResponsePtr validated);
  Task<Result<pipeline::Response>> take_new(Visit& visit, policy::Reason why, pipeline::Response response);
  Task<Result<pipeline::Response>> take_not_modified(Visit& visit, pipeline::Response response,
                                                     store::StoredResponsePtr validated);
  Task<Result<pipeline::Response>> pass(Visit& visit, policy::Reason why);
  Task<> purge_after(Visit& visit, const Result<pipeline::Response>& response);

  const Settings& settings_;
  store::Store& store_;
  store::PurgeLog& log_;
  pipeline::Handler& origin_;
  const Clock& clock_;
};

}  // namespace larder::cache
