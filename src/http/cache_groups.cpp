#include <larder/http/cache_groups.hpp>
#include <larder/http/structured_fields.hpp>

namespace larder::http {

std::optional<std::vector<std::string>> parse_cache_groups(const FieldList& fields,
                                                           std::string_view field_name) {
  const std::optional<std::string> text = fields.combined(field_name);
  if (!text) return std::nullopt;
  const std::optional<structured::List> list = structured::parse_list(*text);
  if (!list) return std::nullopt;
  std::vector<std::string> groups;
  for (const structured::Member& member : *list) {
    const auto* group = structured::value_of<std::string>(member);
    if (!group) return std::nullopt;
    groups.push_back(*group);
  }
  return groups;
}

}  // namespace larder::http
