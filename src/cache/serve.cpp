#include "serve.hpp"

#include <larder/base/text.hpp>
#include <larder/policy/partial.hpp>
#include <larder/policy/validation.hpp>

namespace larder::cache {
namespace {

void whole(pipeline::Response& response, const Visit& visit, const store::StoredResponsePtr& stored) {
  response.head.status = stored->status;
  response.shared_fields = stored->fields;
  if (visit.request.head.method == "HEAD") {
    response.described_length = stored->body.size();
  } else {
    response.body = pipeline::Body(stored->body);
  }
}

void not_modified(pipeline::Response& response, const store::StoredResponsePtr& stored) {
  response.head.status = 304;
  response.head.fields = policy::not_modified_fields(*stored->fields);
}

// RFC 9110, section 15.3.7.
void part_of(pipeline::Response& response, const store::StoredResponsePtr& stored,
             const http::ByteRange& range) {
  response.head.status = 206;
  response.head.fields.add("Content-Range", http::format_content_range(range, stored->body.size()));
  response.shared_fields = stored->fields;
  response.body = pipeline::Body(stored->body.slice(range.first, range.size()));
}

// RFC 9110, section 15.5.17.
void unsatisfied(pipeline::Response& response, const store::StoredResponsePtr& stored) {
  response.head.status = 416;
  response.head.fields.add("Content-Range", http::format_unsatisfied_range(stored->body.size()));
}

void answer_from(pipeline::Response& response, const Visit& visit, const store::StoredResponsePtr& stored,
                 Time now) {
  const http::RequestHead& request = visit.request.head;
  if (stored->status != 200) return whole(response, visit, stored);
  // RFC 9110, section 13.2.2: the conditions come first.
  if (policy::is_not_modified(request, *stored->fields, now)) return not_modified(response, stored);
  const policy::RangeDecision decision =
      policy::decide_range(request, *stored->fields, stored->body.size(), now);
  switch (decision.action) {
    case policy::RangeDecision::Action::part:
      return part_of(response, stored, decision.range);
    case policy::RangeDecision::Action::unsatisfiable:
      return unsatisfied(response, stored);
    case policy::RangeDecision::Action::whole:
      break;
  }
  whole(response, visit, stored);
}

// RFC 9111, section 5.1: what every answer from the cache is told with.
void finish(pipeline::Response& response, const Visit& visit, const store::StoredResponse& stored,
            Outcome outcome, Time now) {
  const Milliseconds age = policy::current_age(stored.lifetimes, now);
  outcome.ttl = policy::remaining_freshness(stored.lifetimes, now);
  response.head.fields.add_written(
      "Age", [age](std::string& out) { append_number(out, std::chrono::floor<Seconds>(age).count()); });
  annotate(response, outcome);
  annotate_debug(response, visit, &stored.tags, outcome.ttl);
}

}  // namespace

pipeline::Response serve(const Visit& visit, const store::StoredResponsePtr& stored, Outcome outcome,
                         Time now) {
  pipeline::Response response;
  serve(visit, stored, outcome, now, response);
  return response;
}

void serve(const Visit& visit, const store::StoredResponsePtr& stored, const Outcome& outcome, Time now,
           pipeline::Response& response) {
  answer_from(response, visit, stored, now);
  finish(response, visit, *stored, outcome, now);
}

std::optional<pipeline::Response> serve_part(const Visit& visit, const store::StoredResponsePtr& part,
                                             Time now) {
  const auto decision = policy::decide_part(visit.request.head, *part->fields, part->body.size(), now);
  if (!decision) return std::nullopt;
  pipeline::Response response;
  response.head.status = part->status;
  response.head.fields = policy::served_part_fields(*part->fields);
  response.head.fields.add("Content-Range", decision->content_range);
  response.body = pipeline::Body(part->body.slice(decision->from, decision->size));
  finish(response, visit, *part, {.result = pipeline::CacheResult::hit}, now);
  return response;
}

}  // namespace larder::cache
