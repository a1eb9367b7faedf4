#pragma once

#include <larder/http/field_list.hpp>
#include <larder/policy/field_template.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace larder::policy {

/// What is done to the fields of a request when it is sent. First what is removed goes, then fields are set,
/// then added.
struct RequestRule {
  std::vector<FieldTemplate> set;   ///< in place of the client's own
  std::vector<FieldTemplate> add;   ///< beside them
  std::vector<std::string> remove;  ///< names and globs
  bool operator==(const RequestRule&) const = default;

  bool empty() const { return set.empty() && add.empty() && remove.empty(); }

  /// Whether the client's own lines of a field are not sent.
  bool replaces(std::string_view name) const;

  bool uses(std::string_view placeholder) const;

  /// This rule and what `general` says of fields that it does not name.
  RequestRule over(const RequestRule& general) const;
};

/// Removes a client's lines that are not sent.
void remove_replaced(const RequestRule& rule, http::FieldList& fields);

/// Gives a request on its way out the fields of a rule.
void apply(const RequestRule& rule, const TemplateValues& values, http::FieldList& fields);

/// Why no rule may say what is sent of a request field: larder decides on it, or writes it. Empty if it may.
std::string_view why_not_sent_otherwise(std::string_view name);

}  // namespace larder::policy
