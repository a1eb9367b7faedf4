#include "posted_answer.hpp"

#include "draft.hpp"

#include <larder/cache/settings.hpp>
#include <larder/policy/request.hpp>
#include <larder/policy/storing.hpp>

#include <algorithm>

namespace larder::cache {
namespace {

/// Accept-Encoding, which goes upstream in another form if the answer is shared, does not matter to one
/// that it does not select.
http::RequestHead without_idle_selection(http::RequestHead request, const http::FieldList& response_fields) {
  const auto selecting = policy::vary_names(response_fields);
  const bool selects = !selecting || std::ranges::find(*selecting, "accept-encoding") != selecting->end();
  if (!selects) request.fields.remove("Accept-Encoding");
  return request;
}

}  // namespace

std::shared_ptr<store::Draft> posted_answer(Transaction& transaction, const pipeline::Response& response) {
  if (transaction.request.head.method != "POST") return nullptr;
  if (!policy::answers_later_gets(transaction.request.target, response.head, transaction.response_time))
    return nullptr;
  http::RequestHead get = transaction.request.head;
  get.method = "GET";
  const policy::Reason bypass = policy::bypass_reason(transaction.route(), transaction.settings->routes, get,
                                                      transaction.request.target, false);
  if (bypass != policy::Reason::none) return nullptr;
  if (!transaction.settings->routes.shares_with_get(transaction.route(), get, transaction.request.target))
    return nullptr;
  if (!sends_the_same(transaction, without_idle_selection(get, response.head.fields))) return nullptr;
  const policy::StoringDecision decision = policy::decide_storing(
      storing_input(transaction, get, response.head, response.body.length().value_or(0)));
  if (!decision.store()) return nullptr;
  transaction.key = policy::key_of(transaction.route(), transaction.request.target, get.fields);
  http::ResponseHead head;
  head.fields = policy::response_fields_to_forward(response.head.fields, response.head.version_minor, false);
  return draft_of(transaction, head, decision.lifetimes);
}

}  // namespace larder::cache
