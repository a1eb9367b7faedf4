#include <larder/base/text.hpp>
#include <larder/policy/tag_fields.hpp>

#include <algorithm>

namespace larder::policy {
namespace {

constexpr std::string_view spaces = " \t";
constexpr std::string_view commas = ",";
constexpr std::string_view either = ", \t";

std::string_view separators_of(std::string_view name) {
  if (equal_ignoring_case(name, "Surrogate-Key") || equal_ignoring_case(name, "xkey")) return spaces;
  return equal_ignoring_case(name, "Cache-Tag") ? commas : either;
}

}  // namespace

const std::vector<std::string>& TagFields::documented_names() {
  static const std::vector<std::string> names{"Surrogate-Key", "Cache-Tag", "Cache-Tags", "xkey"};
  return names;
}

std::shared_ptr<const TagFields> TagFields::documented() {
  static const auto documented = std::make_shared<const TagFields>(documented_names());
  return documented;
}

void TagFields::for_each(const http::FieldList& response_fields,
                         const std::function<void(std::string_view)>& visit) const {
  for (const http::Field field : response_fields) {
    if (!contains(field.name)) continue;
    const std::string_view separators = separators_of(field.name);
    for (std::string_view rest = field.value; !rest.empty();) {
      const std::size_t end = std::min(rest.find_first_of(separators), rest.size());
      visit(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
}

bool TagFields::contains(std::string_view name) const {
  return std::ranges::any_of(names_,
                             [name](const std::string& known) { return equal_ignoring_case(known, name); });
}

}  // namespace larder::policy
