#include "draft.hpp"

#include <larder/base/hash.hpp>
#include <larder/http/date.hpp>
#include <larder/policy/partial.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace larder::cache {
namespace {

/// Gives a draft its fields, and the keys that follow from them.
void complete(store::Draft& draft, const Transaction& transaction, std::string primary_key,
              http::FieldList fields) {
  if (transaction.route().set_cookie == policy::SetCookieRule::strip) fields.remove("Set-Cookie");
  if (transaction.route().cors) {
    fields.remove_if([](const http::Field& field) { return policy::is_cors_field(field.name); });
  }
  if (!fields.contains("Date")) fields.add("Date", http::format_date(transaction.response_time));
  draft.primary_key = std::move(primary_key);
  draft.vary = policy::vary_names(fields).value_or(std::vector<std::string>{});
  // It was fetched without, for all of them.
  if (transaction.route().cors) std::erase(draft.vary, "origin");
  draft.variant_key = policy::variant_key(draft.primary_key, draft.vary, transaction.request.head.fields);
  draft.fields = std::move(fields);
}

/// Another for each key and each moment: from 0 on and below 1.
double chance_of(const Transaction& transaction) {
  if (transaction.route().jitter == 0) return 0;
  constexpr int bits = std::numeric_limits<double>::digits;
  const std::string moment = std::to_string(transaction.response_time.time_since_epoch().count());
  return std::ldexp(static_cast<double>(hash_of(transaction.key.text + moment) >> (64 - bits)), -bits);
}

std::shared_ptr<store::Draft> begin_draft(const Transaction& transaction, const http::ResponseHead& head,
                                          const policy::Lifetimes& lifetimes) {
  auto draft = std::make_shared<store::Draft>();
  draft->status = head.status;
  draft->lifetimes = lifetimes;
  draft->tags = policy::tags_of(transaction.route(), transaction.match.captures, transaction.request.target,
                                head.fields);
  draft->born = transaction.mark.position;
  draft->checked = transaction.mark.sequence;
  return draft;
}

}  // namespace

policy::StoringInput storing_input(const Transaction& transaction, const http::RequestHead& request,
                                   const http::ResponseHead& response, std::uint64_t size) {
  return {.route = transaction.route(),
          .request = request,
          .response = response,
          .request_time = transaction.request_time,
          .response_time = transaction.response_time,
          .max_lifetime = transaction.settings->max_lifetime,
          .chance = chance_of(transaction),
          .size = size,
          .max_object = max_object_of(transaction)};
}

std::shared_ptr<store::Draft> draft_of(const Transaction& transaction, const http::ResponseHead& head,
                                       const policy::Lifetimes& lifetimes) {
  const auto draft = begin_draft(transaction, head, lifetimes);
  complete(*draft, transaction, transaction.key.text, policy::storable_fields(head));
  return draft;
}

std::shared_ptr<store::Draft> part_draft_of(const Transaction& transaction, const http::ResponseHead& head,
                                            const policy::Lifetimes& lifetimes) {
  const auto draft = begin_draft(transaction, head, lifetimes);
  const std::string_view range = transaction.request.head.fields.find("Range").value_or("");
  complete(*draft, transaction, policy::part_key(transaction.key.text),
           policy::part_fields(policy::storable_fields(head), range));
  return draft;
}

std::shared_ptr<store::Draft> combined_draft_of(const Transaction& transaction,
                                                const http::ResponseHead& head,
                                                const policy::Lifetimes& lifetimes,
                                                const store::StoredResponse& older) {
  const auto draft = begin_draft(transaction, head, lifetimes);
  const std::string key = head.status == 206 ? policy::part_key(transaction.key.text) : transaction.key.text;
  complete(*draft, transaction, key, policy::storable_fields(head));
  // Found valid just now, the older part may have been checked further than the newer one's fetch began.
  draft->born = std::min(older.born, transaction.mark.position);
  draft->checked = std::min(older.checked.load(), transaction.mark.sequence);
  return draft;
}

std::shared_ptr<store::Draft> amended_draft_of(const Transaction& transaction, const http::ResponseHead& head,
                                               const policy::Lifetimes& lifetimes,
                                               const store::StoredResponsePtr& stored) {
  const auto draft = draft_of(transaction, head, lifetimes);
  draft->content = store::content_of(stored);
  draft->born = stored->born;
  draft->checked = stored->checked;
  return draft;
}

}  // namespace larder::cache
