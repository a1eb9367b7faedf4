#include "selecting.hpp"

#include <larder/base/text.hpp>
#include <larder/http/list.hpp>

#include <algorithm>
#include <vector>

namespace larder::policy {
namespace {

// White space may be changed where the field's syntax allows it. Inside quotes it counts.
std::string collapse_around_commas(std::string_view value) {
  std::string collapsed;
  bool quoted = false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (quoted && c == '\\' && i + 1 < value.size()) {
      collapsed.push_back(c);
      collapsed.push_back(value[++i]);
      continue;
    }
    if (c == '"') quoted = !quoted;
    if (c != ',' || quoted) {
      collapsed.push_back(c);
      continue;
    }
    while (!collapsed.empty() && (collapsed.back() == ' ' || collapsed.back() == '\t')) collapsed.pop_back();
    collapsed.push_back(',');
    while (i + 1 < value.size() && (value[i + 1] == ' ' || value[i + 1] == '\t')) ++i;
  }
  return collapsed;
}

// RFC 9110, sections 12.5.3 and 12.5.4: language ranges and content codings ignore case, and their order says
// nothing: preference is in the weights.
bool is_weighted_set(std::string_view name) {
  return name == "accept-language" || name == "accept-encoding";
}

// Whether blanks stand only where the list's syntax has them, and nothing is quoted. What is not well formed
// is left as it came: `e n` must not select what `en` does.
bool is_well_formed(std::string_view value) {
  char before = ',';
  bool blank = false;
  for (const char c : value) {
    if (c == '"' || c == '\\') return false;
    if (c == ' ' || c == '\t') {
      blank = true;
      continue;
    }
    const bool between = before == ',' || before == ';' || c == ',' || c == ';';
    if (blank && !between) return false;
    before = c;
    blank = false;
  }
  return true;
}

// `EN ; q=0.5` as `en;q=0.5`.
std::string lower_without_space(std::string_view member) {
  std::string text;
  for (const char c : member) {
    if (c != ' ' && c != '\t') text.push_back(to_lower(c));
  }
  return text;
}

std::string sorted_set(std::string_view value) {
  std::vector<std::string> members;
  for (const std::string_view member : http::split_list(value)) {
    members.push_back(lower_without_space(member));
  }
  std::sort(members.begin(), members.end());
  members.erase(std::unique(members.begin(), members.end()), members.end());
  std::string joined;
  for (const std::string& member : members) {
    if (!joined.empty()) joined.push_back(',');
    joined.append(member);
  }
  return joined;
}

}  // namespace

std::string normalised(std::string_view name, std::string_view value) {
  const bool is_set = is_weighted_set(name) && is_well_formed(value);
  return is_set ? sorted_set(value) : collapse_around_commas(value);
}

}  // namespace larder::policy
