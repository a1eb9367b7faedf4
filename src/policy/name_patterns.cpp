#include "name_patterns.hpp"

#include <larder/base/text.hpp>
#include <larder/policy/path_pattern.hpp>

#include <algorithm>

namespace larder::policy {
namespace {

/// Of a name these two bytes are looked at first: the second is as often as not a dash.
constexpr std::size_t telling_size = 3;

constexpr char spelled_as_field(char c) {
  return c == '_' ? '-' : to_lower(c);
}

// As glob_matches(), for a name as fields are spelled; `glob` is spelled so already.
bool matches_as_field(std::string_view glob, std::string_view name) {
  std::size_t star = glob.npos;  // the last `*` met, and where in `name` its run now ends
  std::size_t run_end = 0;
  std::size_t g = 0;
  std::size_t n = 0;
  while (n < name.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      run_end = n;
      if (g == glob.size()) return true;
    } else if (g < glob.size() && glob[g] == spelled_as_field(name[n])) {
      ++g;
      ++n;
    } else if (star != glob.npos) {
      g = star + 1;
      n = ++run_end;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', g) == glob.npos;
}

}  // namespace

NamePatterns::NamePatterns(Spelling spelling, const std::vector<std::string>& patterns)
    : spelling_(spelling) {
  std::array<std::vector<std::string>, groups + 1> grouped;
  for (const std::string& pattern : patterns) {
    std::string text = spelled(pattern);
    const bool tells = text.size() >= telling_size && text.find('*') >= telling_size;
    std::vector<std::string>& group = grouped[tells ? group_of(text) : groups];
    group.push_back(std::move(text));
  }
  for (std::size_t i = 0; i <= groups; ++i) {
    for (std::string& text : grouped[i]) patterns_.push_back(std::move(text));
    begins_[i + 1] = static_cast<std::uint16_t>(patterns_.size());
  }
}

bool NamePatterns::contains(std::string_view name) const {
  if (is_among(groups, name)) return true;
  return name.size() >= telling_size && is_among(group_of(name), name);
}

std::string NamePatterns::spelled(std::string_view text) const {
  std::string result(text);
  if (spelling_ == Spelling::field) {
    std::transform(result.begin(), result.end(), result.begin(), spelled_as_field);
  }
  return result;
}

std::size_t NamePatterns::group_of(std::string_view name) const {
  const bool is_field = spelling_ == Spelling::field;
  const auto first = static_cast<unsigned char>(is_field ? spelled_as_field(name[0]) : name[0]);
  const auto third = static_cast<unsigned char>(is_field ? spelled_as_field(name[2]) : name[2]);
  return (first * 7u + third) % groups;
}

bool NamePatterns::is_among(std::size_t group, std::string_view name) const {
  for (std::size_t i = begins_[group]; i < begins_[group + 1]; ++i) {
    const bool is_field = spelling_ == Spelling::field;
    if (is_field ? matches_as_field(patterns_[i], name) : glob_matches(patterns_[i], name)) return true;
  }
  return false;
}

}  // namespace larder::policy
