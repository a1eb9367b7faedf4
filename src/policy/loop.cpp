#include <larder/base/text.hpp>
#include <larder/http/list.hpp>
#include <larder/policy/loop.hpp>

namespace larder::policy {
namespace {

// Larders in a row: a chain of two or three is plenty.
constexpr int most_larders = 16;

// RFC 8586, section 2: parameters may follow the id.
std::string_view id_of(std::string_view member) {
  return trim(member.substr(0, member.find(';')));
}

bool is_larders(std::string_view member) {
  return id_of(member).starts_with(loop_mark_prefix);
}

// RFC 9110, section 7.6.3: protocol, name, and perhaps a comment.
bool is_larders_via(std::string_view member) {
  const std::size_t space = member.find(' ');
  if (space == std::string_view::npos) return false;
  const std::string_view name = trim(member.substr(space));
  return name.substr(0, name.find(' ')) == "larder";
}

template <class Visitor>
void for_each_member(const http::FieldList& fields, http::FieldName name, Visitor visit) {
  if (!fields.contains(name)) return;
  for (const http::Field field : fields) {
    if (field.name != name) continue;
    std::string_view rest = field.value;
    for (auto member = http::next_member(rest); !member.empty(); member = http::next_member(rest)) {
      visit(member);
    }
  }
}

}  // namespace

bool has_been_here(const http::FieldList& request_fields, std::string_view mark) {
  bool is_ours = false;
  int marked = 0;
  int passed = 0;
  for_each_member(request_fields, "CDN-Loop", [&](std::string_view member) {
    if (!mark.empty() && id_of(member) == mark) is_ours = true;
    if (is_larders(member)) ++marked;
  });
  for_each_member(request_fields, "Via", [&](std::string_view member) {
    if (is_larders_via(member)) ++passed;
  });
  return is_ours || marked >= most_larders || passed >= most_larders;
}

std::optional<std::string> loop_marks_to_forward(const http::FieldList& request_fields, std::string_view mark,
                                                 bool cacheable) {
  std::string marks;
  for_each_member(request_fields, "CDN-Loop", [&](std::string_view member) {
    if (cacheable && !is_larders(member)) return;
    if (!marks.empty()) marks.append(", ");
    // Only the id of a larder's: a client could choose parameters.
    marks.append(cacheable ? id_of(member) : member);
  });
  if (!mark.empty()) {
    if (!marks.empty()) marks.append(", ");
    marks.append(mark);
  }
  if (marks.empty()) return std::nullopt;
  return marks;
}

}  // namespace larder::policy
