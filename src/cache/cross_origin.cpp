#include "cross_origin.hpp"

#include "annotate.hpp"

#include <larder/http/list.hpp>

namespace larder::cache {
namespace {

bool is_by_origin(const http::Field& field) {
  return policy::is_cors_field(field.name);
}

bool varies_by_origin(const http::FieldList& fields) {
  return http::list_contains(fields, "Vary", "Origin") || http::list_contains(fields, "Vary", "*");
}

}  // namespace

// By the method that is asked about: a preflight is sent without the fields and cookies of the request
// itself.
const policy::Route* preflight_route(const Settings& settings, const pipeline::Request& request) {
  if (!policy::is_preflight(request.head)) return nullptr;
  const http::FieldList& fields = request.head.fields;
  const std::string_view method = fields.find("Access-Control-Request-Method").value_or("");
  const policy::Route* const route = settings.routes.find({method, fields}, request.target);
  return route != nullptr && route->cors ? route : nullptr;
}

pipeline::Response answer_preflight(const policy::CorsRule& rule, const pipeline::Request& request) {
  pipeline::Response answer;
  answer.head.status = 204;
  policy::add_preflight_fields(rule, policy::origin_of(request.head.fields), answer.head.fields);
  return annotated(std::move(answer),
                   {.result = pipeline::CacheResult::bypass, .why = policy::Reason::preflight});
}

// Of what is stored only what was stored before the route had the rule has fields to take out.
void apply(const policy::CorsRule& rule, const http::FieldList& request_fields,
           pipeline::Response& response) {
  response.head.fields.remove_if(is_by_origin);
  http::FieldList stored = http::FieldList::of_wire(response.shared_lines.view());
  if (stored.remove_if(is_by_origin) != 0) response.shared_lines = Bytes(std::string(stored.wire()));
  policy::add_cors_fields(rule, policy::origin_of(request_fields), response.head.fields);
  // Whatever was answered: to a request from another origin it may be another answer.
  if (!varies_by_origin(response.head.fields) && !varies_by_origin(stored)) {
    response.head.fields.add("Vary", "Origin");
  }
}

}  // namespace larder::cache
