#pragma once

#include <larder/policy/field_template.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace larder::policy {

/// What is done to the fields of a response when it leaves for a client. First what is removed goes, then
/// fields are set, then added. What is stored stays as the origin wrote it.
struct ResponseRule {
  std::vector<FieldTemplate> set{};   ///< in place of the origin's own
  std::vector<FieldTemplate> add{};   ///< beside them
  std::vector<std::string> remove{};  ///< names and globs
  bool always = false;                ///< of errors too, not of 2xx and 3xx alone
  bool operator==(const ResponseRule&) const = default;

  bool empty() const { return set.empty() && add.empty() && remove.empty(); }
  bool applies(int status) const { return !empty() && status >= 200 && (always || status < 400); }

  /// Whether the lines of a field do not go out as they are.
  bool replaces(std::string_view name) const;

  /// Whether a template has a placeholder.
  bool has_placeholders() const;

  /// This rule and what `general` says of fields that it does not name.
  ResponseRule over(const ResponseRule& general) const;
};

/// Whether larder writes a response field for each answer, or what it says is wrong or dangerous without it:
/// no rule names it, and globs leave it alone.
bool is_needed_in_responses(std::string_view name);

/// Whether a response field says for how long, and for whom, caches further out may keep the response.
bool is_for_caches_further_out(std::string_view name);

}  // namespace larder::policy
