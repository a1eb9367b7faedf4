#pragma once

#include <larder/base/task.hpp>
#include <larder/policy/reason.hpp>
#include <larder/store/stored_response.hpp>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace larder::store {

/// What lies under a key for one request.
struct Lookup {
  StoredResponsePtr response;                       ///< nullptr: nothing usable
  policy::Reason absence = policy::Reason::absent;  ///< without a response: absent, vary or purged
};

/// Stored responses by key. A store cannot fail a request: its failure is a miss, counted. One suite of tests
/// runs for every Store.
class Store {
 public:
  virtual ~Store() = default;

  /// Whether find_now() sees what lies nearest. Not where all of it takes waiting: without memory.
  virtual bool sees_now() const { return true; }

  /// What find() would give, if that takes no waiting: the hit path. nullptr says nothing about other
  /// tiers.
  virtual StoredResponsePtr find_now(std::string_view primary_key, const http::FieldList& request_fields) = 0;

  /// Other responses under a primary key than the one that a request selects, as far as this instance knows
  /// of them: a few, the latest stored first, none that a purge names. For asking which of them answers a
  /// request that selects none (RFC 9111, section 4.1).
  virtual Task<std::vector<StoredResponsePtr>> variants(std::string_view) {
    co_return std::vector<StoredResponsePtr>();
  }

  /// The stored response that `request_fields` select under a primary key, fresh or stale, never a purged
  /// one.
  virtual Task<Lookup> find(std::string_view primary_key, const http::FieldList& request_fields) = 0;

  /// What another instance has stored since in place of `known`, which find_now() gives from then on; nullptr
  /// if there is nothing newer. So what is fresh here need not be fetched again by every instance.
  virtual Task<StoredResponsePtr> find_newer(StoredResponsePtr, const http::FieldList&) { co_return nullptr; }

  /// Whether put() would keep that response now, with content of `size` bytes more than it has: what may be
  /// said of it before it has come. What goes wrong later is not known then.
  virtual bool accepts(const StoredResponse&, std::uint64_t /*size*/) const { return true; }

  /// Stores, in place of what the variant key held. When it returns, find() on this thread sees the response;
  /// of a large one that goes to Redis alone, a moment later.
  virtual Task<> put(StoredResponsePtr response) = 0;

  /// As put(); lets go of `held` once other instances can find the response, or never will by this.
  virtual Task<> put_holding(StoredResponsePtr response, [[maybe_unused]] std::shared_ptr<void> held) {
    co_await put(std::move(response));
  }
};

}  // namespace larder::store
