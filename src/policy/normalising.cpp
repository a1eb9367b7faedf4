#include "selecting.hpp"

#include <larder/base/text.hpp>
#include <larder/http/list.hpp>
#include <larder/policy/normalising.hpp>

#include <algorithm>

namespace larder::policy {
namespace {

// No client wants more, and each range is compared with every value.
constexpr std::size_t most_ranges = 64;

// Whether a range is the tag, or becomes it by leaving subtags out at its end. Tags do not end in a subtag of
// one letter, at which no truncated range ends either.
bool leads_to(std::string_view range, std::string_view tag) {
  if (!starts_with_ignoring_case(range, tag)) return false;
  return range.size() == tag.size() || range[tag.size()] == '-';
}

const std::string* tag_for(std::string_view range, const std::vector<std::string>& tags) {
  const std::string* longest = nullptr;
  for (const std::string& tag : tags) {
    if (leads_to(range, tag) && (longest == nullptr || longest->size() < tag.size())) longest = &tag;
  }
  return longest;
}

// RFC 4647, section 3.4. `*` asks for the default, which is what is left at the end.
const std::string& looked_up(const std::vector<std::string>& tags, const http::FieldName& name,
                             const http::FieldList& fields) {
  const std::string* chosen = &tags.front();
  int best = 0;
  std::size_t ranges = 0;
  for (const http::Field field : fields) {
    if (field.name != name) continue;
    std::string_view rest = field.value;
    for (auto member = http::next_member(rest); !member.empty(); member = http::next_member(rest)) {
      if (++ranges > most_ranges) return *chosen;
      const std::optional<Weighed> range = weighed(member);
      if (!range || range->weight <= best) continue;
      const std::string* const tag = tag_for(range->name, tags);
      if (tag == nullptr) continue;
      chosen = tag;
      best = range->weight;
    }
  }
  return *chosen;
}

// CGI and kin would read a field of another spelling as this one, and take it for what was keyed.
void remove_spellings(http::FieldList& fields, const std::string& name) {
  fields.remove_if([&name](const http::Field& field) { return is_spelling_of(field.name, name); });
}

bool is_only_line(const http::FieldList& fields, const std::string& name, std::string_view value) {
  std::size_t spellings = 0;
  for (const http::Field field : fields) spellings += is_spelling_of(field.name, name) ? 1 : 0;
  return spellings == 1 && fields.find(name) == value;
}

}  // namespace

const std::string& chosen_value(const VaryRule& rule, const http::FieldList& request_fields) {
  const http::FieldName name(rule.name);
  if (name == "Accept-Language") return looked_up(rule.values, name, request_fields);
  if (request_fields.count(name) != 1) return rule.values.front();
  const std::string_view value = trim(*request_fields.find(name));
  const auto found = std::ranges::find(rule.values, value);
  return found == rule.values.end() ? rule.values.front() : *found;
}

void normalise(const Route& route, http::FieldList& request_fields) {
  remove_replaced(route.request, request_fields);
  for (const VaryRule& rule : route.vary) {
    // What is set is sent in any case.
    if (route.request.replaces(rule.name)) continue;
    static const std::string our_name = "larder";
    const bool is_sent = !rule.ignores() || equal_ignoring_case(rule.name, "User-Agent");
    if (!is_sent) {
      remove_spellings(request_fields, rule.name);
      continue;
    }
    const std::string& value = rule.ignores() ? our_name : chosen_value(rule, request_fields);
    if (is_only_line(request_fields, rule.name, value)) continue;
    remove_spellings(request_fields, rule.name);
    request_fields.add(http::FieldName(rule.name), value);
  }
}

}  // namespace larder::policy
