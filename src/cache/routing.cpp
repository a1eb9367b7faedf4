#include "routing.hpp"

#include <larder/http/list.hpp>

namespace larder::cache {

std::shared_ptr<const Settings> settings_of(const pipeline::Request& request,
                                            const std::shared_ptr<const Settings>& current) {
  if (!request.routing.settings) return current;
  return std::static_pointer_cast<const Settings>(request.routing.settings);
}

const policy::Route* route_of(const std::shared_ptr<const Settings>& settings, pipeline::Request& request) {
  if (!request.routing.vary.empty()) return request.routing.route;
  policy::RouteChoice choice = settings->routes.choose(request.head, request.target);
  if (!choice.vary.empty()) {
    request.routing = {.vary = std::move(choice.vary), .route = choice.route, .settings = settings};
  }
  return choice.route;
}

// RFC 9110, section 12.5.5.
void add_vary(const pipeline::Routing& routing, pipeline::Response& response) {
  if (routing.vary.empty()) return;
  const http::FieldList stored = http::FieldList::of_wire(response.shared_lines.view());
  const auto is_named = [&](std::string_view name) {
    return http::list_contains(response.head.fields, "Vary", name) ||
           http::list_contains(stored, "Vary", name);
  };
  if (is_named("*")) return;
  std::string missing;
  for (const std::string_view name : http::split_list(routing.vary)) {
    if (is_named(name)) continue;
    if (!missing.empty()) missing.append(", ");
    missing.append(name);
  }
  if (!missing.empty()) response.head.fields.add("Vary", missing);
}

}  // namespace larder::cache
