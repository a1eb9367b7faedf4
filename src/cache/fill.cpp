// Fetching from the origin for the cache: the answer is shared, so the request sent is nobody's own.
#include "annotate.hpp"
#include "serve.hpp"
#include "storing_reader.hpp"
#include "visit.hpp"

#include <larder/cache/cache_handler.hpp>
#include <larder/http/date.hpp>
#include <larder/pipeline/problem.hpp>
#include <larder/policy/purge.hpp>
#include <larder/policy/storing.hpp>
#include <larder/policy/validation.hpp>

namespace larder::cache {

using pipeline::CacheResult;
using pipeline::Response;
using policy::Reason;

namespace {

/// Whether the request's Cookie or Authorization made it its sender's own.
bool is_somebodys(Reason reason) {
  return reason == Reason::cookie || reason == Reason::authorization;
}

/// A response about to be stored, complete but for its body. `head` holds the fields as clients get them.
std::shared_ptr<store::StoredResponse> draft_of(const Visit& visit, const http::ResponseHead& head,
                                                const policy::Lifetimes& lifetimes) {
  auto draft = std::make_shared<store::StoredResponse>();
  http::FieldList fields = policy::storable_fields(head);
  if (!fields.contains("Date")) fields.add("Date", http::format_date(visit.response_time));
  draft->primary_key = visit.key.text;
  draft->vary = policy::vary_names(fields).value_or(std::vector<std::string>{});
  draft->variant_key = policy::variant_key(draft->primary_key, draft->vary, visit.request.head.fields);
  draft->status = head.status;
  draft->lifetimes = lifetimes;
  draft->tags = policy::tags_of(visit.route(), visit.match.captures, visit.request.target, head.fields);
  draft->fields = std::make_shared<const http::FieldList>(std::move(fields));
  draft->born = visit.mark.position;
  draft->checked = visit.mark.sequence;
  return draft;
}

/// Reads content to its end; whether it was whole.
Task<bool> drain(pipeline::BodyReader& content) {
  Result<std::string_view> piece = std::string_view{};
  do {
    piece = co_await content.read();
  } while (piece && !piece->empty());
  co_return piece.has_value();
}

policy::StoringDecision decide(const Visit& visit, const http::ResponseHead& head, const Settings& settings) {
  return policy::decide_storing({.route = visit.route(),
                                 .request = visit.request.head,
                                 .response = head,
                                 .request_time = visit.request_time,
                                 .response_time = visit.response_time,
                                 .max_lifetime = settings.max_lifetime});
}

}  // namespace

/// Fetches; with `validated`, asks whether that still holds (RFC 9111, section 4.3).
Task<Result<Response>> CacheHandler::fill(Visit& visit, Reason why, store::StoredResponsePtr validated) {
  Outcome outcome{.result = is_somebodys(why) ? CacheResult::bypass : CacheResult::miss, .why = why};
  Result<pipeline::Request> request = forwarded(visit, true);
  if (!request) {
    Response answer = pipeline::request_problem(request.error());
    annotate(answer, outcome);
    co_return answer;
  }
  if (validated != nullptr) policy::make_conditional(request->head.fields, *validated->fields);
  visit.mark = log_.mark();
  visit.request_time = clock_.now();
  Result<Response> response = co_await origin_.handle(*request);
  visit.response_time = clock_.now();
  if (!response) {
    Response answer = pipeline::origin_problem(response.error());
    annotate(answer, outcome);
    co_return answer;
  }
  if (validated != nullptr && response->head.status == 304) {
    co_return co_await take_not_modified(visit, std::move(*response), std::move(validated));
  }
  co_return co_await take_new(visit, why, std::move(*response));
}

/// A response that is not the answer to our own conditions: passed on, and stored where it may be.
Task<Result<Response>> CacheHandler::take_new(Visit& visit, Reason why, Response response) {
  const bool is_head = visit.request.head.method == "HEAD";
  policy::StoringDecision decision = decide(visit, response.head, settings_);
  const bool fits = response.body.length().value_or(0) <= settings_.max_object;
  if (decision.store() && !fits) decision.refusal = Reason::too_large;
  if (decision.store() && is_head) decision.refusal = Reason::method;
  const bool is_private = is_somebodys(why) || is_somebodys(decision.refusal);
  const Outcome outcome{.result = is_private ? CacheResult::bypass : CacheResult::miss,
                        .why = why,
                        .refusal = is_head ? Reason::none : decision.refusal,
                        .stored = decision.store()};
  response.head.fields =
      policy::response_fields_to_forward(response.head, is_head || response.head.status == 304);
  if (!decision.store()) {
    annotate(response, outcome);
    annotate_debug(response, visit, nullptr, std::nullopt);
    co_return response;
  }

  const std::shared_ptr<store::StoredResponse> draft = draft_of(visit, response.head, decision.lifetimes);
  const bool unmodified = policy::is_not_modified(visit.request.head, *draft->fields, visit.response_time);
  if (response.body.is_streamed()) {
    const std::optional<std::uint64_t> length = response.body.length();
    response.body = pipeline::Body(std::make_unique<StoringReader>(response.body.take_reader(), length, draft,
                                                                   store_, settings_.max_object),
                                   length);
  } else {
    co_await store_whole(store_, draft, response.body.bytes());
  }
  // The client's own condition was kept from the origin, whose answer is for everybody: it is evaluated here.
  if (unmodified && response.head.status == 200) {
    bool is_whole = true;
    if (response.body.is_streamed()) is_whole = co_await drain(response.body.reader());
    if (is_whole) {
      response.head.status = 304;
      response.head.fields = policy::not_modified_fields(*draft->fields);
      response.body = pipeline::Body();
    }
  }
  annotate(response, outcome);
  annotate_debug(response, visit, &draft->tags,
                 policy::remaining_freshness(decision.lifetimes, visit.response_time));
  co_return response;
}

/// 304 to our own conditions: the stored response holds on, with what the 304 says anew (RFC 9111,
/// section 4.3.4).
Task<Result<Response>> CacheHandler::take_not_modified(Visit& visit, Response response,
                                                       store::StoredResponsePtr validated) {
  if (!policy::selects(response.head.fields, *validated->fields)) {
    co_return co_await fill(visit, Reason::stale, nullptr);
  }
  http::ResponseHead head;
  head.status = validated->status;
  head.fields =
      policy::freshened(*validated->fields, policy::response_fields_to_forward(response.head, false));
  const policy::StoringDecision decision = decide(visit, head, settings_);
  const std::shared_ptr<store::StoredResponse> draft = draft_of(visit, head, decision.lifetimes);
  draft->body = validated->body;
  if (decision.store()) co_await store_.put(draft);
  const Outcome outcome{.result = CacheResult::revalidated,
                        .why = Reason::stale,
                        .refusal = decision.refusal,
                        .stored = decision.store(),
                        .origin_status = 304};
  co_return serve(visit, draft, outcome, visit.response_time);
}

}  // namespace larder::cache
