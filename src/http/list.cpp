#include <larder/base/text.hpp>
#include <larder/http/list.hpp>

namespace larder::http {
namespace {

// The first comma outside quoted strings (RFC 9110, section 5.6.4), or the end of the text.
std::size_t end_of_member(std::string_view text) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      quoted = !quoted;
    } else if (quoted && c == '\\') {
      ++i;
    } else if (!quoted && c == ',') {
      return i;
    }
  }
  return text.size();
}

}  // namespace

std::string_view next_member(std::string_view& rest) {
  while (!rest.empty()) {
    const std::size_t end = end_of_member(rest);
    const std::string_view member = trim(rest.substr(0, end));
    rest.remove_prefix(end == rest.size() ? end : end + 1);
    if (!member.empty()) return member;
  }
  return {};
}

std::vector<std::string_view> split_list(std::string_view value) {
  std::vector<std::string_view> members;
  for (std::string_view member = next_member(value); !member.empty(); member = next_member(value)) {
    members.push_back(member);
  }
  return members;
}

bool list_contains(const FieldList& fields, FieldName name, std::string_view member) {
  if (!fields.contains(name)) return false;
  for (const Field field : fields) {
    if (!equal_ignoring_case(field.name, name.text())) continue;
    std::string_view rest = field.value;
    for (std::string_view each = next_member(rest); !each.empty(); each = next_member(rest)) {
      if (equal_ignoring_case(each, member)) return true;
    }
  }
  return false;
}

}  // namespace larder::http
