#pragma once

#include <larder/cache/settings.hpp>
#include <larder/pipeline/handler.hpp>

namespace larder::cache {

/// The route that a preflight asks about, if that answers it; nullptr for any other request.
const policy::Route* preflight_route(const Settings& settings, const pipeline::Request& request);

/// The answer to a preflight, which no origin sees.
pipeline::Response answer_preflight(const policy::CorsRule& rule, const pipeline::Request& request);

/// Writes what a page of the request's origin may do with the response, in place of what the origin wrote.
void apply(const policy::CorsRule& rule, const http::FieldList& request_fields, pipeline::Response& response);

}  // namespace larder::cache
