#include "name_patterns.hpp"

#include <larder/policy/path_pattern.hpp>

#include <algorithm>

namespace larder::policy {
namespace {

// As glob_matches(), byte by byte as each is spelled.
template <class SpellPattern, class SpellName>
bool matches_as(std::string_view pattern, SpellPattern in_pattern, std::string_view name, SpellName in_name) {
  std::size_t star = pattern.npos;  // the last `*` met, and where in `name` its run now ends
  std::size_t run_end = 0;
  std::size_t p = 0;
  std::size_t n = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      run_end = n;
      if (p == pattern.size()) return true;
    } else if (p < pattern.size() && in_pattern(pattern[p]) == in_name(name[n])) {
      ++p;
      ++n;
    } else if (star != pattern.npos) {
      p = star + 1;
      n = ++run_end;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == pattern.npos;
}

}  // namespace

NamePatterns::NamePatterns(Spelling spelling, const std::vector<std::string>& patterns)
    : spelling_(spelling), alphabet_(alphabet_of(spelling)) {
  std::array<std::vector<std::string>, groups + 1> grouped;
  for (std::string text : patterns) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [this](char c) { return static_cast<char>(spelled(c)); });
    const bool tells = text.size() >= telling_size() && text.find('*') >= telling_size();
    const bool begins = text.size() >= 2 && text.find('*') >= 2;
    if (!tells) beginnings_ |= begins ? beginning_of(text) : ~std::uint64_t{0};
    std::vector<std::string>& group = grouped[tells ? group_of(text) : groups];
    group.push_back(std::move(text));
  }
  for (std::size_t i = 0; i <= groups; ++i) {
    for (std::string& text : grouped[i]) patterns_.push_back(std::move(text));
    begins_[i + 1] = static_cast<std::uint16_t>(patterns_.size());
  }
}

bool NamePatterns::is_among(std::size_t group, std::string_view name) const {
  for (std::size_t i = begins_[group]; i < begins_[group + 1]; ++i) {
    if (matches(patterns_[i], name)) return true;
  }
  return false;
}

/// `pattern` is spelled as fields are already.
bool NamePatterns::matches(std::string_view pattern, std::string_view name) const {
  if (spelling_ == Spelling::exact) return glob_matches(pattern, name);
  const auto as_it_is = [](char c) { return static_cast<unsigned char>(c); };
  return matches_as(pattern, as_it_is, name, [this](char c) { return spelled(c); });
}

bool glob_matches_field(std::string_view glob, std::string_view name) {
  const auto spelled = [](char c) { return c == '_' || c == '.' ? '-' : to_lower(c); };
  return matches_as(glob, spelled, name, spelled);
}

}  // namespace larder::policy
