#include "own_answers.hpp"

#include "annotate.hpp"

#include <larder/pipeline/problem.hpp>

namespace larder::cache {
namespace {

using pipeline::Response;
using policy::Reason;

Response annotated_as(Response answer, Reason why) {
  return annotated(std::move(answer), {.result = pipeline::CacheResult::bypass, .why = why});
}

bool is_refused(const policy::Route& route, const pipeline::Request& request) {
  return route.access && !route.access->admits(request.client_address);
}

const policy::Route* other_guard(const Settings& settings, const policy::Route& route,
                                 const pipeline::Request& request) {
  return settings.routes.other_guard(route, request.head, request.target);
}

Response answer_of(const policy::RespondRule& rule) {
  Response answer;
  answer.head.status = rule.status;
  if (!rule.content.empty()) {
    answer.head.fields.add("Content-Type", rule.type);
    answer.body = pipeline::Body(Bytes(std::string(rule.content)));
  }
  return annotated_as(std::move(answer), Reason::own_answer);
}

Response answer_of(const policy::RedirectRule& rule, const policy::Captures& captures,
                   const http::Target& target) {
  const Result<std::string> location = policy::location_of(rule, captures, target);
  if (!location) return annotated_as(pipeline::problem(400, "The request names no host."), Reason::no_host);
  Response answer;
  answer.head.status = rule.status;
  answer.head.fields.add("Location", *location);
  return annotated_as(std::move(answer), Reason::own_answer);
}

std::optional<Response> answer_by(const policy::Route& route, const policy::Captures& captures,
                                  const http::Target& target) {
  if (route.respond) return answer_of(*route.respond);
  if (route.redirect) return answer_of(*route.redirect, captures, target);
  return std::nullopt;
}

}  // namespace

bool is_answered_here(const Settings& settings, const policy::Route& route,
                      const pipeline::Request& request) {
  if (!settings.routes.has_guards()) return false;
  if (is_refused(route, request) || route.respond || route.redirect) return true;
  const policy::Route* const other = other_guard(settings, route, request);
  return other != nullptr && (is_refused(*other, request) || other->respond || other->redirect);
}

std::optional<Response> refuse_access(const Settings& settings, const policy::Route& route,
                                      const pipeline::Request& request) {
  if (!settings.routes.has_guards()) return std::nullopt;
  const policy::Route* const other = other_guard(settings, route, request);
  if (!is_refused(route, request) && (other == nullptr || !is_refused(*other, request))) return std::nullopt;
  return annotated_as(pipeline::problem(403, "The address of the client is not allowed here."),
                      Reason::access);
}

std::optional<Response> own_answer(const Settings& settings, const policy::RouteMatch& match,
                                   const pipeline::Request& request) {
  if (!settings.routes.has_guards()) return std::nullopt;
  if (auto answer = answer_by(*match.route, match.captures, request.target)) return answer;
  const policy::Route* const other = other_guard(settings, *match.route, request);
  if (other == nullptr) return std::nullopt;
  return answer_by(*other, policy::captures_of(*other, request.target.path), request.target);
}

}  // namespace larder::cache
