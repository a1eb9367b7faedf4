#include "suggest.hpp"

#include "source.hpp"

#include <larder/base/text.hpp>

#include <algorithm>
#include <vector>

namespace larder::config {

std::size_t typing_distance(std::string_view a, std::string_view b) {
  const std::size_t width = b.size() + 1;
  std::vector<std::size_t> table((a.size() + 1) * width);
  const auto at = [&](std::size_t i, std::size_t j) -> std::size_t& { return table[i * width + j]; };
  const auto same = [&](std::size_t i, std::size_t j) { return to_lower(a[i - 1]) == to_lower(b[j - 1]); };
  for (std::size_t i = 0; i <= a.size(); ++i) at(i, 0) = i;
  for (std::size_t j = 0; j <= b.size(); ++j) at(0, j) = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      at(i, j) = std::min({at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (same(i, j) ? 0 : 1)});
      if (i > 1 && j > 1 && same(i - 1, j) && same(i, j - 1))
        at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
    }
  }
  return at(a.size(), b.size());
}

std::string did_you_mean(std::string_view text, std::span<const std::string> words) {
  constexpr std::size_t longest = 64;  // the table grows with the square
  if (text.empty() || text.size() > longest) return {};
  const std::string* nearest = nullptr;
  std::size_t nearest_distance = 0;
  for (const std::string& word : words) {
    if (word.size() > longest) continue;
    const std::size_t distance = typing_distance(text, word);
    const std::size_t allowed = std::max<std::size_t>(1, std::max(text.size(), word.size()) / 3);
    if (distance > allowed || (nearest != nullptr && distance >= nearest_distance)) continue;
    nearest = &word;
    nearest_distance = distance;
  }
  return nearest == nullptr ? std::string() : ", did you mean " + quoted(*nearest) + "?";
}

namespace {

struct Synonym {
  std::string_view other;
  std::string_view ours;
};

/// As other programs call it.
constexpr Synonym synonyms[] = {
    {"warning", "warn"},  {"critical", "error"}, {"fatal", "error"},     {"err", "error"},
    {"notice", "info"},   {"verbose", "debug"},  {"none", "off"},        {"no", "off"},
    {"false", "off"},     {"disabled", "off"},   {"combined", "common"}, {"clf", "common"},
    {"enabled", "on"},    {"deny", "refuse"},    {"reject", "refuse"},   {"block", "refuse"},
    {"pass", "allow"},    {"keep", "allow"},     {"remove", "strip"},    {"drop", "strip"},
    {"share", "shared"},  {"public", "shared"},  {"always", "on"},       {"never", "off"},
    {"respect", "honor"}, {"honour", "honor"}};

}  // namespace

std::string word_meant(std::string_view text, std::span<const std::string> words) {
  for (const Synonym& one : synonyms) {
    const bool is_known = std::ranges::find(words, one.ours) != words.end();
    if (is_known && equal_ignoring_case(one.other, text)) return ", did you mean " + quoted(one.ours) + "?";
  }
  return did_you_mean(text, words);
}

std::string list_meant(std::string_view text) {
  constexpr std::string_view separators = ",;| ";
  constexpr std::size_t most = 16;
  std::string list;
  std::size_t count = 0;
  while (!text.empty() && count <= most) {
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    const std::string_view item = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (item.empty()) continue;
    ++count;
    const bool is_plain = std::ranges::all_of(item, [](char c) {
      const char lower = to_lower(c);
      return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
             c == '/';
    });
    list += (list.empty() ? "" : ", ") + (is_plain ? std::string(item) : quoted(item));
  }
  return list.empty() || count > most ? std::string() : ", did you mean [" + list + "]?";
}

}  // namespace larder::config
