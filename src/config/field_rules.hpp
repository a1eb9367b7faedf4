#pragma once

#include "kinds.hpp"

#include <larder/policy/field_template.hpp>
#include <larder/policy/route.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What rules about fields hold: templates by name, and names of what is removed.

namespace larder::config {

/// What a template may hold, beside what the match of the route captures.
struct TemplateNames {
  std::vector<std::string> placeholders;

  /// Of each pattern of the match; nothing if that is broken: names are then not looked at.
  std::optional<std::vector<std::vector<std::string>>> captured{};
};

/// The same with what a route's match captures. Defaults have none, and capture nothing.
TemplateNames names_in_templates(const policy::Route& route, std::vector<std::string> placeholders);

/// A map of fields to templates of their values, which are lists where a field may have several lines.
struct FieldTemplates {
  const TemplateNames* names;  ///< nullptr: nothing is read

  /// Why a field cannot be written here; empty if it can.
  std::string_view (*refusal)(std::string_view name);
  bool may_be_several = false;

  std::optional<std::vector<policy::FieldTemplate>> read(const Value& value) const;
  Node write(const std::vector<policy::FieldTemplate>& templates) const;
  json::object schema() const;
};

/// Reports what a rule says twice about one field: it is set once, and neither added to nor removed beside.
void refuse_contradiction(const Value& section, const std::vector<policy::FieldTemplate>& set,
                          const std::vector<policy::FieldTemplate>& add,
                          const std::vector<std::string>& removed);

/// Whether a name or glob of fields that are removed is one; reported if not.
bool check_removed_name(const Value& item, const std::string& text);

}  // namespace larder::config
