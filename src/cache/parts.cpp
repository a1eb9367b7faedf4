#include "parts.hpp"

#include "annotate.hpp"
#include "draft.hpp"
#include "joined_reader.hpp"
#include "storing_reader.hpp"

#include <larder/policy/combining.hpp>
#include <larder/policy/partial.hpp>
#include <larder/policy/reuse.hpp>
#include <larder/policy/validation.hpp>

#include <algorithm>

namespace larder::cache {

using pipeline::CacheResult;
using pipeline::Response;
using policy::Reason;

namespace {

/// What of the older part goes around the newer one.
Margins margins_of(const policy::Combination& combination, const Bytes& older) {
  return {older.slice(0, combination.before), older.slice(older.size() - combination.after)};
}

/// How many bytes a part has: its content may come without a length, but Content-Range says it.
std::uint64_t size_of_part(const Response& part) {
  if (part.body.length()) return *part.body.length();
  const auto content = http::parse_content_range(part.head.fields.find("Content-Range").value_or(""));
  return content ? content->range.size() : 0;
}

/// A response and the stored content that goes around what arrives.
struct ToStore {
  std::shared_ptr<store::Draft> draft;
  Margins margins;
};

/// A stored part with the newer one, which the origin answered with `head`; nothing if they do not make
/// one.
std::optional<ToStore> combine_with(const store::StoredResponsePtr& older, const Transaction& transaction,
                                    const http::ResponseHead& head, std::uint64_t size) {
  const http::FieldList fields = older->fields();
  const auto combination = policy::combine(fields, older->content().size(), head.fields, size);
  if (!combination) return std::nullopt;
  http::ResponseHead joined;
  joined.status = combination->is_whole() ? 200 : 206;
  joined.fields = policy::combined_fields(fields, head.fields, *combination);
  const policy::StoringInput input =
      storing_input(transaction, transaction.request.head, joined, combination->range.size());
  const policy::StoringDecision decision =
      combination->is_whole() ? policy::decide_storing(input) : policy::decide_storing_part(input);
  if (!decision.store()) return std::nullopt;
  return ToStore{combined_draft_of(transaction, joined, decision.lifetimes, *older),
                 margins_of(*combination, store::content_of(older))};
}

}  // namespace

Task<Response> take_part(const Context& context, Transaction& transaction, Response response) {
  const std::uint64_t size = size_of_part(response);
  const policy::StoringDecision decision =
      policy::decide_storing_part(storing_input(transaction, transaction.request.head, response.head, size));
  forward_fields(response.head, false);
  Outcome outcome{.why = transaction.why, .refusal = decision.refusal};
  if (decision.store()) {
    std::string key = policy::part_key(transaction.key.text);
    const store::StoredResponsePtr older =
        co_await find_nearest(context, std::move(key), transaction.request.head.fields);
    std::optional<ToStore> combined;
    if (older != nullptr) combined = combine_with(older, transaction, response.head, size);
    if (!combined) combined = ToStore{part_draft_of(transaction, response.head, decision.lifetimes), {}};
    const bool is_accepted = context.store.accepts(*store::StoredResponse::from(*combined->draft), size);
    const bool is_buffered =
        co_await store_content(keeping_of(context, transaction), std::move(combined->draft), response.body,
                               std::move(combined->margins), size);
    outcome.stored = is_accepted && is_buffered;
    if (outcome.stored && !has_uses(context, transaction)) outcome.refusal = Reason::min_uses;
    if (!is_accepted) outcome.refusal = Reason::no_store_takes_it;
    if (!is_buffered) outcome.refusal = Reason::buffers_full;
    outcome.stored = outcome.refusal == Reason::none;
  }
  const bool is_private =
      policy::is_private_reason(transaction.why) || policy::is_private_reason(decision.refusal);
  outcome.result = is_private ? CacheResult::bypass : CacheResult::miss;
  annotate(response, outcome);
  annotate_debug(response, transaction, std::nullopt, std::nullopt);
  co_return response;
}

bool complete(const Context& context, Transaction& transaction, const store::StoredResponsePtr& part,
              Response& response) {
  if (response.head.status != 206) return response.head.status != 416;
  if (!context.log.is_valid(*part) || !trusts(transaction, context.log, *part)) return false;
  const std::uint64_t size = size_of_part(response);
  const http::FieldList fields = part->fields();
  const auto combination = policy::combine(fields, part->content().size(), response.head.fields, size);
  if (!combination || !combination->is_whole()) return false;
  response.head.status = 200;
  response.head.reason.clear();
  const http::FieldList answered = std::move(response.head.fields);
  response.head.fields = policy::combined_fields(fields, answered, *combination);
  policy::add_fields_of_one_request(response.head.fields, answered);
  response.body = join(margins_of(*combination, store::content_of(part)), std::move(response.body), size,
                       context.coordinator.buffered());
  // The outcome is as new as its oldest part.
  transaction.mark = {std::min(part->born, transaction.mark.position),
                      std::min(part->checked.load(), transaction.mark.sequence)};
  return true;
}

}  // namespace larder::cache
