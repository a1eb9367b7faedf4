#include <larder/policy/url_forms.hpp>

#include <algorithm>

namespace larder::policy {
namespace {

// A name for a form, as `.json` or `.md`: not the end of a version or of a sentence.
bool is_suffix(std::string_view text) {
  constexpr std::size_t longest = 10;
  if (text.size() < 2 || text.size() > longest || text.front() != '.') return false;
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  text.remove_prefix(1);
  return std::any_of(text.begin(), text.end(), is_letter) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return is_letter(c) || is_digit(c); });
}

// Of the last segment; empty if nothing would stand before it.
std::string_view suffix_of(std::string_view path) {
  const std::size_t begin = path.rfind('/') + 1;
  const std::size_t dot = path.rfind('.');
  if (dot == path.npos || dot <= begin) return {};
  const std::string_view suffix = path.substr(dot);
  return is_suffix(suffix) ? suffix : std::string_view();
}

// What stands behind the last name or star, which itself stands for something before the dot.
std::string suffix_of(const PathPattern& pattern) {
  std::string text = pattern.text();
  const std::size_t behind = text.find_last_of("*}");
  if (behind != text.npos) text = "/x" + text.substr(behind + 1);
  return std::string(suffix_of(text));
}

}  // namespace

void UrlSuffixes::add(std::size_t number, const std::vector<HostPattern>& hosts, const PathPattern& pattern) {
  const std::string suffix = suffix_of(pattern);
  if (!suffix.empty()) by_suffix_[suffix].add(number, hosts, pattern);
}

UrlForms UrlSuffixes::forms_of(const http::Target& at, std::string_view path) const {
  UrlForms forms;
  if (path.ends_with('/')) path.remove_suffix(1);
  if (path.empty()) return forms;
  const std::string_view own = suffix_of(path);
  const std::string stem(path.substr(0, path.size() - own.size()));
  const std::string parent = stem.substr(0, stem.rfind('/'));
  if (!own.empty()) forms.items.push_back(stem);
  if (!own.empty() && !parent.empty()) forms.parents.push_back(parent + std::string(own));
  for (const auto& [suffix, index] : by_suffix_) {
    if (suffix == own) continue;
    const auto is_taken = [&](const std::string& form) {
      return index.first_of(at, form, [](std::size_t) { return true; }).has_value();
    };
    if (is_taken(stem + suffix)) forms.items.push_back(stem + suffix);
    if (!parent.empty() && is_taken(parent + suffix)) forms.parents.push_back(parent + suffix);
  }
  return forms;
}

}  // namespace larder::policy
