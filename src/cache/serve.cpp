#include "serve.hpp"

#include <larder/policy/validation.hpp>

namespace larder::cache {
namespace {

pipeline::Response whole(const Visit& visit, const store::StoredResponsePtr& stored) {
  pipeline::Response response;
  response.head.status = stored->status;
  response.shared_fields = stored->fields;
  if (visit.request.head.method == "HEAD") {
    response.described_length = stored->body.size();
  } else {
    response.body = pipeline::Body(stored->body);
  }
  return response;
}

pipeline::Response not_modified(const store::StoredResponsePtr& stored) {
  pipeline::Response response;
  response.head.status = 304;
  response.head.fields = policy::not_modified_fields(*stored->fields);
  return response;
}

}  // namespace

pipeline::Response serve(const Visit& visit, const store::StoredResponsePtr& stored, Outcome outcome,
                         Time now) {
  const bool unmodified =
      stored->status == 200 && policy::is_not_modified(visit.request.head, *stored->fields, now);
  pipeline::Response response = unmodified ? not_modified(stored) : whole(visit, stored);
  const Milliseconds age = policy::current_age(stored->lifetimes, now);
  outcome.ttl = policy::remaining_freshness(stored->lifetimes, now);
  response.head.fields.add("Age", std::to_string(std::chrono::floor<Seconds>(age).count()));
  annotate(response, outcome);
  annotate_debug(response, visit, &stored->tags, outcome.ttl);
  return response;
}

}  // namespace larder::cache
