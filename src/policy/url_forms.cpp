#include "url_forms.hpp"

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

void add_new(std::vector<std::string>& texts, std::string text) {
  if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
}

}  // namespace

std::vector<std::string> suffixes_of(const Route& route) {
  std::vector<std::string> suffixes;
  for (const std::string& match : route.match) {
    // What stands behind a name or a star, so that there is something before the dot.
    std::string text = match;
    if (const std::size_t behind = text.find_last_of("*}"); behind != text.npos) {
      text = "/x" + text.substr(behind + 1);
    }
    if (const std::string_view suffix = suffix_of(text); !suffix.empty()) {
      add_new(suffixes, std::string(suffix));
    }
  }
  return suffixes;
}

UrlForms forms_of(std::string_view path, const Route& route) {
  UrlForms forms;
  if (path.ends_with('/')) path.remove_suffix(1);
  if (path.empty()) return forms;
  std::vector<std::string> suffixes = suffixes_of(route);
  const std::string_view own = suffix_of(path);
  const std::string stem(path.substr(0, path.size() - own.size()));
  if (!own.empty()) {
    forms.items.push_back(stem);
    add_new(suffixes, std::string(own));
  }
  const std::string parent = stem.substr(0, stem.rfind('/'));
  for (const std::string& suffix : suffixes) {
    if (suffix != own) forms.items.push_back(stem + suffix);
    if (!parent.empty()) forms.parents.push_back(parent + suffix);
  }
  return forms;
}

}  // namespace larder::policy
