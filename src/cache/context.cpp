#include "context.hpp"

#include "use_counts.hpp"

#include <larder/cache/settings.hpp>

namespace larder::cache {
namespace {

Task<> end_hit_for_miss(Collapser& collapser, store::Leases* leases, std::string key) {
  collapser.end_hit_for_miss(key);
  if (leases != nullptr) co_await leases->end_hit_for_miss(key);
}

}  // namespace

Keeping keeping_of(const Context& context, const Transaction& transaction) {
  Keeping keeping{context.store, context.log, max_object_of(transaction), context.coordinator.buffered(),
                  end_of_fill(transaction)};
  // One that is smaller elsewhere, or later, is for all.
  keeping.remembers_too_large = !transaction.route().max_object;
  keeping.reach = transaction.settings->max_object;
  if (transaction.counts_uses) {
    // Those who have joined meanwhile count.
    keeping.may_store = [&uses = context.coordinator.uses(), key = transaction.key.text,
                         least = *transaction.route().min_uses] { return uses.count(key) >= least; };
  }
  return keeping;
}

void count_use(const Context& context, Transaction& transaction, policy::Reason absence) {
  // What was purged, or selected by other fields, has been asked for before.
  transaction.counts_uses = absence == policy::Reason::absent &&
                            transaction.route().min_uses.value_or(1) > 1 && !transaction.request.is_warming;
  if (transaction.counts_uses) context.coordinator.uses().add(transaction.key.text);
}

bool has_uses(const Context& context, const Transaction& transaction) {
  return !transaction.counts_uses ||
         context.coordinator.uses().count(transaction.key.text) >= *transaction.route().min_uses;
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
