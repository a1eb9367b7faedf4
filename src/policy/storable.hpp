#pragma once

#include <larder/http/field_list.hpp>

namespace larder::policy {

/// storable_fields() of a field list: what of a response, or of a 304 that freshens it, may be kept.
http::FieldList storable_lines(const http::FieldList& response_fields);

/// Whether storable_lines() leaves them as they are.
bool are_storable(const http::FieldList& fields);

}  // namespace larder::policy
