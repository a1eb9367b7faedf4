#include "context.hpp"

#include <larder/cache/settings.hpp>

namespace larder::cache {
namespace {

Task<> end_hit_for_miss(Collapser& collapser, store::Leases* leases, std::string key) {
  collapser.end_hit_for_miss(key);
  if (leases != nullptr) co_await leases->end_hit_for_miss(key);
}

}  // namespace

Keeping keeping_of(const Context& context, const Transaction& transaction) {
  return {context.store, context.log, transaction.settings->max_object, context.coordinator.buffered(),
          end_of_fill(transaction)};
}

Task<store::StoredResponsePtr> find_nearest(const Context& context, std::string key,
                                            const http::FieldList& fields) {
  if (context.store.sees_now()) co_return context.store.find_now(key, fields);
  store::Lookup found = co_await context.store.find(key, fields);
  co_return std::move(found.response);
}

std::function<Task<>()> end_of_hit_for_miss(const Context& context, const Transaction& transaction) {
  if (!transaction.hit_for_miss) return {};
  const bool is_shared = transaction.route().collapse == policy::Collapse::cluster;
  return [&collapser = context.coordinator.collapser(), leases = is_shared ? context.leases : nullptr,
          key = *transaction.hit_for_miss] { return end_hit_for_miss(collapser, leases, key); };
}

}  // namespace larder::cache
