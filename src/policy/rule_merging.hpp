#pragma once

#include <larder/policy/field_template.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace larder::policy {

/// Whether a rule says something of a field of that name.
template <class Rule>
bool names_field(const Rule& rule, std::string_view name) {
  const auto is_written = [name](const FieldTemplate& one) { return is_spelling_of(name, one.name); };
  const auto is_removed = [name](const std::string& pattern) { return is_field_named(name, pattern); };
  return std::ranges::any_of(rule.set, is_written) || std::ranges::any_of(rule.add, is_written) ||
         std::ranges::any_of(rule.remove, is_removed);
}

/// Gives a copy of a rule what `general` says of fields that the rule does not name. What both remove is
/// removed once.
template <class Rule>
Rule over_general(const Rule& rule, const Rule& general) {
  Rule both = rule;
  const auto take = [&rule](auto& to, const auto& from) {
    std::ranges::copy_if(from, std::back_inserter(to),
                         [&rule](const FieldTemplate& one) { return !names_field(rule, one.name); });
  };
  take(both.set, general.set);
  take(both.add, general.add);
  std::ranges::copy_if(general.remove, std::back_inserter(both.remove),
                       [&rule](const std::string& pattern) { return !names_field(rule, pattern); });
  return both;
}

}  // namespace larder::policy
