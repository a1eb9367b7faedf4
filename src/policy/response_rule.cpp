#include "names.hpp"
#include "rule_merging.hpp"

#include <larder/base/text.hpp>
#include <larder/policy/forwarding.hpp>
#include <larder/policy/response_rule.hpp>

#include <algorithm>
#include <array>

namespace larder::policy {

bool ResponseRule::replaces(std::string_view name) const {
  const auto is_set = [name](const FieldTemplate& one) { return equal_ignoring_case(one.name, name); };
  if (std::ranges::any_of(set, is_set)) return true;
  return std::ranges::any_of(remove, [name](const std::string& pattern) {
    if (pattern.find('*') == pattern.npos) return equal_ignoring_case(pattern, name);
    return is_field_named(name, pattern) && !is_needed_in_responses(name);
  });
}

bool ResponseRule::has_placeholders() const {
  const auto has = [](const FieldTemplate& one) { return one.text.find('{') != one.text.npos; };
  return std::ranges::any_of(set, has) || std::ranges::any_of(add, has);
}

ResponseRule ResponseRule::over(const ResponseRule& general) const {
  return over_general(*this, general);
}

bool is_needed_in_responses(std::string_view name) {
  static constexpr std::array<std::string_view, 8> needed{
      "Age", "Content-Encoding", "Content-Length", "Content-Range", "Date", "ETag", "Host", "Vary"};
  return is_hop_by_hop(http::FieldName(name)) || is_one_of(name, needed);
}

bool is_for_caches_further_out(std::string_view name) {
  static constexpr std::string_view targeted = "-Cache-Control";
  static constexpr std::array<std::string_view, 4> names{"Cache-Control", "Expires", "Surrogate-Control",
                                                         "Pragma"};
  const std::size_t size = name.size();
  return is_one_of(name, names) ||
         (size > targeted.size() && equal_ignoring_case(name.substr(size - targeted.size()), targeted));
}

}  // namespace larder::policy
