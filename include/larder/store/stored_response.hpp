#pragma once

#include <larder/base/bytes.hpp>
#include <larder/http/field_list.hpp>
#include <larder/policy/freshness.hpp>
#include <larder/policy/purge.hpp>
#include <larder/store/position.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace larder::store {

/// A stored response (RFC 9111, section 1.1) with all that deciding about its reuse needs. Immutable once
/// shared, but for what is atomic.
struct StoredResponse {
  std::string primary_key;
  std::vector<std::string> vary;  ///< names of the selecting header fields, lower case, sorted
  std::string
      variant_key;  ///< policy::variant_key() of the request that fetched it; primary_key without Vary
  int status = 200;
  std::shared_ptr<const http::FieldList> fields;  ///< policy::storable_fields()
  Bytes body;
  policy::Lifetimes lifetimes;
  policy::Tags tags;
  Position born;               ///< the purge log's position when its fetch began
  bool softly_purged = false;  ///< a soft purge ended its lifetime; not in its record, which stays as it is

  /// PurgeLog::sequence() up to which no purge names it; moves forward only.
  mutable std::atomic<std::uint64_t> checked{0};

  /// What the fetches behind it agree on across threads (cache/refresh.hpp): milliseconds since 1970 before
  /// which no other begins.
  mutable std::atomic<std::int64_t> next_refresh{0};

  /// Whether the origin kept the last fetch for it waiting in vain.
  mutable std::atomic<bool> origin_hangs{false};

  /// What it costs to keep: keys, fields, body and the tables' own share.
  std::size_t weight() const;
};

using StoredResponsePtr = std::shared_ptr<const StoredResponse>;

/// A copy to be changed; fields and body are shared, and no fetch goes on behind it yet.
std::shared_ptr<StoredResponse> copy_of(const StoredResponse& response);

}  // namespace larder::store
