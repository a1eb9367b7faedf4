#pragma once

#include <larder/http/field_list.hpp>
#include <larder/policy/route.hpp>

namespace larder::policy {

/// Whether requests that may be answered from cache go by other fields than their clients sent, by the
/// route's `vary` or `request`.
inline bool normalises(const Route& route) {
  return !route.vary.empty() || !route.request.set.empty() || !route.request.remove.empty();
}

/// Gives such a request the fields that it is keyed and selected by: those that are sent, but for what
/// `request` sets and adds, which the key decides already. The outcome is the same if it is called again.
void normalise(const Route& route, http::FieldList& request_fields);

/// The value of a rule's list that a request gets.
const std::string& chosen_value(const VaryRule& rule, const http::FieldList& request_fields);

}  // namespace larder::policy
