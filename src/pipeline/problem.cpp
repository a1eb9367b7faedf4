#include <larder/http/fault.hpp>
#include <larder/pipeline/problem.hpp>
#include <larder/policy/failure.hpp>

#include <string>

namespace larder::pipeline {
namespace {

Response refusal(const boost::system::error_code& error) {
  if (error == Error::unsupported) return problem(501, "The request uses something that is not supported.");
  if (error == Error::too_large) return problem(413, "The content is too large.");
  if (error == Error::uri_too_long) return problem(414, "The request target is too long.");
  if (error == Error::head_too_large) return problem(431, "The header section is too large.");
  if (error == Error::version) return problem(505, "The protocol version is not supported.");
  if (error == Error::timeout) return problem(408, "The request did not arrive in time.");
  return problem(400, "The request is malformed.");
}

Response failure(const boost::system::error_code& error) {
  if (error == Error::timeout) return problem(504, "The upstream did not answer in time.");
  if (error == Error::client_left) return problem(client_has_left, "The client has left.");
  if (error == Error::canceled) return shutdown_problem();
  return problem(502, "The upstream could not be reached or did not answer properly.");
}

}  // namespace

Response method_not_allowed() {
  Response response = problem(405, "The method is not offered here.");
  response.head.fields.add("Allow", offered_methods);
  return response;
}

Response problem(int status, std::string_view detail) {
  // The texts are our own constants: nothing in them needs escaping.
  std::string json = "{\"type\":\"about:blank\",\"title\":\"";
  json += http::reason_phrase(status);
  json += "\",\"status\":" + std::to_string(status) + ",\"detail\":\"";
  json += detail;
  json += "\"}\n";
  Response response;
  response.head.status = status;
  response.head.fields.add("Content-Type", "application/problem+json");
  response.head.fields.add("Cache-Control", "no-store");
  response.body = Body(Bytes(std::move(json)));
  return response;
}

std::string_view reason_of_refusal(const boost::system::error_code& error) {
  if (error.category() == http::fault_category()) {
    return http::token_of(static_cast<http::Fault>(error.value()));
  }
  for (const RefusalReason& each : refusal_reasons) {
    if (error == each.error) return each.token;
  }
  return "malformed";
}

Response request_problem(const boost::system::error_code& error) {
  Response response = refusal(error);
  response.closes = true;
  response.reason = reason_of_refusal(error);
  return response;
}

Response shutdown_problem() {
  Response response = problem(503, "The request was given up: the cache is shutting down.");
  response.closes = true;
  return response;
}

Response origin_problem(const boost::system::error_code& error) {
  Response response = failure(error);
  response.is_failure = true;
  const policy::Reason reason = policy::failure_reason(error);
  if (reason != policy::Reason::none) response.reason = policy::token_of(reason);
  return response;
}

}  // namespace larder::pipeline
