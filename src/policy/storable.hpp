#pragma once

#include <larder/http/field_list.hpp>

namespace larder::policy {

/// storable_fields() of a field list: what of a response, or of a 304 that freshens it, may be kept.
http::FieldList storable_lines(const http::FieldList& response_fields);

/// Whether a field of a response is for the client alone whose request was sent: it is never stored
/// (documented_names.hpp).
bool is_of_one_request(const http::FieldName& name);

/// Whether storable_lines() leaves them as they are.
bool are_storable(const http::FieldList& fields);

}  // namespace larder::policy
