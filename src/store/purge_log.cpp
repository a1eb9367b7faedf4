#include <larder/store/purge_log.hpp>

namespace larder::store {

StoredResponsePtr as_judged(const PurgeLog& log, StoredResponsePtr response) {
  const Verdict verdict = log.judge(*response);
  if (verdict.kind == Verdict::Kind::valid) return response;
  if (verdict.kind == Verdict::Kind::purged) return nullptr;
  const policy::Lifetimes lifetimes = response->lifetimes;
  const policy::Lifetimes ended = policy::ended_at(lifetimes, verdict.since);
  if (ended == lifetimes) return response;
  Draft stale = copy_of(response);
  stale.lifetimes = ended;
  stale.softly_purged = true;
  return StoredResponse::from(stale);
}

}  // namespace larder::store
