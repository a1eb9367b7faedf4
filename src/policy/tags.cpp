#include "tags.hpp"

#include "percent.hpp"

#include <larder/base/text.hpp>
#include <larder/http/cache_groups.hpp>
#include <larder/http/list.hpp>
#include <larder/http/structured_fields.hpp>
#include <larder/policy/key.hpp>
#include <larder/policy/purge.hpp>

#include <algorithm>
#include <unordered_set>

namespace larder::policy {
namespace {

// Names in the order they came, none twice.
class NameSet {
 public:
  void add(std::string_view name) {
    std::string trimmed(trim(name));
    if (!trimmed.empty() && known_.insert(trimmed).second) names_.push_back(std::move(trimmed));
  }
  std::vector<std::string> take() { return std::move(names_); }

 private:
  std::vector<std::string> names_;
  std::unordered_set<std::string> known_;
};

void add_groups(NameSet& names, const http::Target& target, const http::FieldList& fields) {
  const auto groups = http::parse_cache_groups(fields);
  if (!groups) return;
  for (const std::string& group : *groups) {
    names.add(group);
    names.add(group_name(target, group));
  }
}

// Tags are written into fields, records and JSON.
bool may_be_tag(std::string_view name) {
  return !name.empty() && trim(name) == name && http::is_field_value(name) && http::structured::is_utf8(name);
}

}  // namespace

std::size_t count_members(const http::FieldList& fields, const http::FieldName& name) {
  std::size_t count = 0;
  for (const http::Field field : fields) {
    if (field.name != name) continue;
    std::string_view rest = field.value;
    while (!http::next_member(rest).empty()) ++count;
  }
  return count;
}

// RFC 9875, section 2: a group is its origin's own, by scheme, host and port. It is a tag by its name too,
// for operators to purge; by the name with its origin in front it is out of other origins' reach.
std::string group_name(const http::Target& target, std::string_view group) {
  return "group " + target.scheme + "://" + target.authority() + " " + std::string(group);
}

std::vector<std::string> tag_spellings(std::string name) {
  if (name.find('%') == name.npos) return {std::move(name)};
  std::vector<std::string> spellings{name};
  if (std::string normal = encoding_normalised(name); normal != name) spellings.push_back(std::move(normal));
  std::string decoded = percent_decoded(name);
  const bool is_new = std::ranges::find(spellings, decoded) == spellings.end();
  if (is_new && may_be_tag(decoded)) spellings.push_back(std::move(decoded));
  return spellings;
}

std::vector<std::string> expanded_tags(std::string_view text, const Captures& captures) {
  std::optional<std::string> name = expand_template(text, captures);
  return name ? tag_spellings(*std::move(name)) : std::vector<std::string>{};
}

Tags tags_of(const Route& route, const Captures& captures, const http::Target& target,
             const http::FieldList& response_fields) {
  Tags tags{site_of(target), normal_path(target.path), {}};
  NameSet names;
  for (const std::string& text : route.tags) {
    for (const std::string& name : expanded_tags(text, captures)) names.add(name);
  }
  route.tag_fields->for_each(response_fields, [&names](std::string_view name) { names.add(name); });
  add_groups(names, target, response_fields);
  tags.names = names.take();
  return tags;
}

bool has_too_many_tags(const Route& route, const http::FieldList& response_fields) {
  std::size_t count = count_members(response_fields, "Cache-Groups");
  route.tag_fields->for_each(response_fields,
                             [&count](std::string_view name) { count += trim(name).empty() ? 0 : 1; });
  return count > most_tags;
}

}  // namespace larder::policy
