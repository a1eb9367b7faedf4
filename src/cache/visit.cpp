#include "visit.hpp"

#include <larder/pipeline/problem.hpp>

namespace larder::cache {
namespace {

/// The Host as the client sent it; the authority of an absolute-form target takes its place (RFC 9112,
/// section 3.2.2).
std::string host_of(const pipeline::Request& request) {
  const std::string_view target = request.head.target;
  if (!target.starts_with('/') && target != "*") return request.target.authority();
  return std::string(request.head.fields.find("Host").value_or(""));
}

}  // namespace

Result<pipeline::Request> forwarded(Visit& visit, bool cacheable) {
  pipeline::Request& request = visit.request;
  const std::string host = host_of(request);
  const policy::Hop hop{request.client_address, request.target.scheme, host};
  Result<http::FieldList> fields =
      policy::request_fields_to_forward(visit.route(), request.head, hop, cacheable);
  if (!fields) return fields.error();
  pipeline::Request forward;
  forward.head.method = request.head.method;
  forward.head.target = cacheable ? visit.key.forward_target : request.target.origin_form();
  forward.head.fields = std::move(*fields);
  forward.body = std::move(request.body);
  forward.upstream = visit.route().upstream;
  return forward;
}

pipeline::Response unanswered(const Visit& visit, const boost::system::error_code& error) {
  const bool must_validate = visit.stored != nullptr && visit.stored->lifetimes.must_revalidate();
  if (!must_validate) return pipeline::origin_problem(error);
  return pipeline::problem(504, "What is stored must be validated, and the upstream does not answer.");
}

void forward_fields(http::ResponseHead& head, bool keep_length) {
  head.fields = policy::response_fields_to_forward(std::move(head.fields), head.version_minor, keep_length);
}

bool sends_the_same(const Visit& visit, const http::RequestHead& get) {
  const pipeline::Request& request = visit.request;
  const policy::Key key = policy::key_of(visit.route(), request.target, get.fields, request.own_port);
  const std::string host = host_of(request);
  const policy::Hop hop{request.client_address, request.target.scheme, host};
  const auto own = policy::request_fields_to_forward(visit.route(), get, hop, false);
  const auto shared = policy::request_fields_to_forward(visit.route(), get, hop, true);
  return key.forward_target == request.target.origin_form() && own && shared && *own == *shared;
}

}  // namespace larder::cache
