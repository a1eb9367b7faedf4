#include <larder/pipeline/problem.hpp>

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

Response request_problem(const boost::system::error_code& error) {
  Response response = refusal(error);
  response.closes = true;
  return response;
}

Response origin_problem(const boost::system::error_code& error) {
  if (error == Error::timeout) return problem(504, "The upstream did not answer in time.");
  if (error == Error::client_left) return problem(client_has_left, "The client has left.");
  if (error == Error::canceled) return problem(503, "The request was given up.");
  return problem(502, "The upstream could not be reached or did not answer properly.");
}

}  // namespace larder::pipeline
