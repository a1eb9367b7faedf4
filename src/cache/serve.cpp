#include "serve.hpp"

#include "fill_reader.hpp"

#include <larder/base/text.hpp>
#include <larder/policy/partial.hpp>
#include <larder/policy/validation.hpp>

namespace larder::cache {
namespace {

/// Content that is there.
class StoredContent {
 public:
  explicit StoredContent(const store::StoredResponsePtr& stored) : stored_(stored) {}
  std::optional<std::uint64_t> length() const { return stored_->content().size(); }
  pipeline::Body whole() const { return pipeline::Body(store::content_of(stored_)); }
  pipeline::Body part(const http::ByteRange& range) const {
    return pipeline::Body(store::content_of(stored_).slice(range.first, range.size()));
  }

 private:
  const store::StoredResponsePtr& stored_;
};

/// Content that is on its way.
class ArrivingBody {
 public:
  ArrivingBody(const std::shared_ptr<SharedFill>& fill, std::optional<std::uint64_t> length)
      : fill_(fill), length_(length) {}
  std::optional<std::uint64_t> length() const { return length_; }
  pipeline::Body whole() const {
    return pipeline::Body(std::make_unique<FillReader>(fill_, 0, std::nullopt), length_);
  }
  pipeline::Body part(const http::ByteRange& range) const {
    return pipeline::Body(std::make_unique<FillReader>(fill_, range.first, range.size()), range.size());
  }

 private:
  const std::shared_ptr<SharedFill>& fill_;
  std::optional<std::uint64_t> length_;
};

template <class Content>
void whole(pipeline::Response& response, const Transaction& transaction,
           const store::StoredResponsePtr& stored, const Content& content) {
  response.head.status = stored->status;
  response.shared_lines = store::field_lines_of(stored);
  if (transaction.request.head.method == "HEAD") {
    response.described_length = content.length();
  } else {
    response.body = content.whole();
  }
}

/// Whether a 200 may come to be another answer to this request.
bool asks_for_less(const http::RequestHead& request) {
  return request.fields.contains("If-None-Match") || request.fields.contains("If-Modified-Since") ||
         request.fields.contains("Range");
}

void not_modified(pipeline::Response& response, const http::FieldList& fields) {
  response.head.status = 304;
  response.head.fields = policy::not_modified_fields(fields, policy::SetCookie::leave_out);
}

// RFC 9110, section 15.3.7.
template <class Content>
void part_of(pipeline::Response& response, const store::StoredResponsePtr& stored, const Content& content,
             const http::ByteRange& range) {
  response.head.status = 206;
  response.head.fields.add("Content-Range", http::format_content_range(range, *content.length()));
  response.shared_lines = store::field_lines_of(stored);
  response.body = content.part(range);
}

// RFC 9110, section 15.5.17.
void unsatisfied(pipeline::Response& response, const http::FieldList& fields, std::uint64_t length) {
  response.head.status = 416;
  response.head.fields = policy::unsatisfied_fields(fields);
  response.head.fields.add("Content-Range", http::format_unsatisfied_range(length));
}

template <class Content>
void answer_from(pipeline::Response& response, const Transaction& transaction,
                 const store::StoredResponsePtr& stored, const Content& content, Time now) {
  const http::RequestHead& request = transaction.request.head;
  if (stored->status != 200 || !asks_for_less(request)) return whole(response, transaction, stored, content);
  const http::FieldList fields = stored->fields();
  // RFC 9110, section 13.2.2: the conditions come first.
  if (policy::is_not_modified(request, fields, now)) return not_modified(response, fields);
  if (!content.length()) return whole(response, transaction, stored, content);
  const policy::RangeDecision decision = policy::decide_range(request, fields, *content.length(), now);
  switch (decision.action) {
    case policy::RangeDecision::Action::part:
      return part_of(response, stored, content, decision.range);
    case policy::RangeDecision::Action::unsatisfiable:
      return unsatisfied(response, fields, *content.length());
    case policy::RangeDecision::Action::whole:
      break;
  }
  whole(response, transaction, stored, content);
}

// RFC 9111, section 5.1: what every answer from the cache is told with.
void finish(pipeline::Response& response, const Transaction& transaction, const store::StoredResponse& stored,
            Outcome outcome, Time now) {
  const policy::Lifetimes lifetimes = stored.lifetimes;
  const Milliseconds age = policy::current_age(lifetimes, now);
  outcome.ttl = policy::remaining_freshness(lifetimes, now);
  response.head.fields.add_written(
      "Age", [age](std::string& out) { append_number(out, std::chrono::floor<Seconds>(age).count()); });
  annotate(response, outcome);
  if (transaction.route().debug) annotate_debug(response, transaction, stored.tags(), outcome.ttl);
}

}  // namespace

pipeline::Response serve(const Transaction& transaction, const store::StoredResponsePtr& stored,
                         Outcome outcome, Time now) {
  pipeline::Response response;
  serve(transaction, stored, outcome, now, response);
  return response;
}

void serve(const Transaction& transaction, const store::StoredResponsePtr& stored, const Outcome& outcome,
           Time now, pipeline::Response& response) {
  answer_from(response, transaction, stored, StoredContent(stored), now);
  finish(response, transaction, *stored, outcome, now);
}

std::optional<pipeline::Response> serve_part(const Transaction& transaction,
                                             const store::StoredResponsePtr& part, Time now) {
  const http::FieldList fields = part->fields();
  const auto decision = policy::decide_part(transaction.request.head, fields, part->content().size(), now);
  if (!decision) return std::nullopt;
  pipeline::Response response;
  response.head.status = part->status;
  response.head.fields = policy::served_part_fields(fields);
  response.head.fields.add("Content-Range", decision->content_range);
  response.body = pipeline::Body(store::content_of(part).slice(decision->from, decision->size));
  finish(response, transaction, *part, {.result = pipeline::CacheResult::hit}, now);
  return response;
}

std::optional<pipeline::Response> serve_arriving(const Transaction& transaction,
                                                 const std::shared_ptr<SharedFill>& fill,
                                                 const FillSnapshot& now_there, Outcome outcome, Time now) {
  const http::RequestHead& request = transaction.request.head;
  if (!now_there.length && request.method == "GET" && request.fields.contains("Range")) return std::nullopt;
  pipeline::Response response;
  answer_from(response, transaction, now_there.response, ArrivingBody(fill, now_there.length), now);
  finish(response, transaction, *now_there.response, outcome, now);
  return response;
}

}  // namespace larder::cache
