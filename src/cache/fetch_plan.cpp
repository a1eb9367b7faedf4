#include "fetch_plan.hpp"

#include <larder/base/text.hpp>
#include <larder/cache/settings.hpp>
#include <larder/policy/combining.hpp>
#include <larder/policy/partial.hpp>
#include <larder/policy/reuse.hpp>
#include <larder/policy/validation.hpp>

#include <algorithm>

namespace larder::cache {
namespace {

std::vector<http::FieldList> fields_of(const std::vector<store::StoredResponsePtr>& variants) {
  std::vector<http::FieldList> fields;
  for (const store::StoredResponsePtr& variant : variants) fields.push_back(variant->fields());
  return fields;
}

/// Whether it was selected by the client's identity.
bool varies_by_credential(const policy::Route& route, const store::StoredResponse& variant) {
  const std::vector<std::string_view> names = variant.vary();
  return std::any_of(names.begin(), names.end(),
                     [&route](std::string_view name) { return route.credential_fields->contains(name); });
}

/// The stored variants that may answer the request, if the origin says so, and can be asked about.
std::vector<store::StoredResponsePtr> candidates(const Transaction& transaction) {
  const policy::Route& route = transaction.route();
  const http::FieldList& fields = transaction.request.head.fields;
  std::vector<store::StoredResponsePtr> variants = transaction.variants;
  std::erase_if(variants, [&](const store::StoredResponsePtr& variant) {
    const policy::Reason stranger =
        policy::not_shareable_reason(route, transaction.request.head, variant->lifetimes);
    return variant->status != 200 || stranger != policy::Reason::none ||
           varies_by_credential(route, *variant) || !policy::may_answer_unselected(fields, variant->fields());
  });
  if (!policy::can_ask_which_holds(fields_of(variants))) variants.clear();
  return variants;
}

/// The stored part of the response that the request asks for, if the rest can be asked for and the whole can
/// be stored.
store::StoredResponsePtr part_of(const Context& context, const Transaction& transaction) {
  const http::RequestHead& head = transaction.request.head;
  // If the rest could be for one client, it is not put together with what is shared.
  const policy::Route& route = transaction.route();
  if (policy::unkeyed_credential(route, head, {}) != policy::Reason::none) return nullptr;
  store::StoredResponsePtr part = transaction.part;
  if (part == nullptr) part = context.store.find_now(policy::part_key(transaction.key.text), head.fields);
  if (part != nullptr && !context.log.is_valid(*part)) part = nullptr;
  const bool is_usable =
      part != nullptr && policy::not_shareable_reason(route, head, part->lifetimes) == policy::Reason::none;
  if (!is_usable) return nullptr;
  // What is too large to be stored would be asked for in two pieces each time.
  const auto gap = policy::gap_of(part->fields(), part->content().size());
  return gap && gap->length <= max_object_of(transaction) ? part : nullptr;
}

/// The client's own fields of these names, which a shared request is sent without.
void add_own(http::FieldList& out, const http::FieldList& request_fields, const http::FieldNames& names) {
  for (const http::Field field : request_fields) {
    if (names.contains(field.name)) out.add(field.name, field.value);
  }
}

/// Whether a stored part may be made whole by the rest.
bool may_complete(const Transaction& transaction) {
  const http::RequestHead& head = transaction.request.head;
  return head.method == "GET" && !head.fields.contains("Range") && transaction.stored == nullptr &&
         !transaction.hit_for_miss;
}

/// Whether the origin may be asked which of the stored variants answers the request.
bool may_ask_which(const Context& context, const Transaction& transaction) {
  return !transaction.validates && transaction.why == policy::Reason::vary &&
         trusts_hits(transaction, context.log) && !policy::asks_for_part(transaction.request.head);
}

/// Whether nobody else waits for the answer, and it is hardly for others: a 304 may be what the client gets.
bool may_ask_with_conditions(const Transaction& transaction) {
  return !transaction.leader && (transaction.hit_for_miss || transaction.keeps_conditions);
}

}  // namespace

Task<> find_for_plan(const Context& context, Transaction& transaction) {
  const std::string& key = transaction.key.text;
  if (may_ask_which(context, transaction)) transaction.variants = co_await context.store.variants(key);
  if (context.store.sees_now() || !may_complete(transaction)) co_return;
  transaction.part = co_await find_nearest(context, policy::part_key(key), transaction.request.head.fields);
}

FetchPlan plan_of(const Context& context, const Transaction& transaction) {
  if (transaction.validates) return Validate{transaction.stored};
  if (may_ask_which(context, transaction)) {
    WhichVariant which{candidates(transaction)};
    if (!which.variants.empty()) return which;
  }
  return rest_or_whole(context, transaction);
}

FetchPlan rest_or_whole(const Context& context, const Transaction& transaction) {
  store::StoredResponsePtr part;
  if (may_complete(transaction)) part = part_of(context, transaction);
  if (part == nullptr) return Whole{};
  return RestOfPart{std::move(part)};
}

FetchPlan without_purged(const Context& context, const Transaction& transaction, FetchPlan plan) {
  if (const auto* validate = std::get_if<Validate>(&plan)) {
    if (is_purged(context, validate->stored)) return rest_or_whole(context, transaction);
  } else if (auto* which = std::get_if<WhichVariant>(&plan)) {
    std::erase_if(which->variants, [&](const auto& variant) { return is_purged(context, variant); });
    if (which->variants.empty()) return rest_or_whole(context, transaction);
  } else if (const auto* rest = std::get_if<RestOfPart>(&plan)) {
    if (is_purged(context, rest->part)) return Whole{};
  }
  return plan;
}

bool is_purged(const Context& context, const store::StoredResponsePtr& stored) {
  return stored != nullptr && context.log.judge(*stored).kind == store::Verdict::Kind::purged;
}

void add_conditions(http::FieldList& fields, const Transaction& transaction, const FetchPlan& plan) {
  if (const auto* validate = std::get_if<Validate>(&plan)) {
    policy::make_conditional(fields, validate->stored->fields());
  } else if (const auto* which = std::get_if<WhichVariant>(&plan)) {
    policy::ask_which_holds(fields, fields_of(which->variants));
  } else if (const auto* rest = std::get_if<RestOfPart>(&plan)) {
    const auto gap = policy::gap_of(rest->part->fields(), rest->part->content().size());
    if (gap) policy::ask_for_gap(fields, *gap);
  } else {
    static constexpr http::FieldNames range({"Range", "If-Range"});
    static constexpr http::FieldNames conditions({"If-None-Match", "If-Modified-Since"});
    const http::RequestHead& head = transaction.request.head;
    if (policy::asks_for_part(head)) add_own(fields, head.fields, range);
    if (may_ask_with_conditions(transaction)) add_own(fields, head.fields, conditions);
  }
}

store::StoredResponsePtr selected_variant(const WhichVariant& plan, const http::ResponseHead& not_modified) {
  const auto selected = policy::find_selected(not_modified.fields, fields_of(plan.variants));
  return selected ? plan.variants[*selected] : nullptr;
}

}  // namespace larder::cache
