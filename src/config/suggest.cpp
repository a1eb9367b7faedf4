#include "suggest.hpp"

#include "reference.hpp"
#include "source.hpp"

#include <larder/base/text.hpp>

#include <algorithm>
#include <functional>
#include <map>
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

struct Unit {
  std::string_view other;  ///< as others write it, in lower case
  std::string_view ours;
};

constexpr Unit duration_words[] = {
    {"", "s"},      {"sec", "s"},    {"secs", "s"},    {"second", "s"}, {"seconds", "s"}, {"min", "m"},
    {"mins", "m"},  {"minute", "m"}, {"minutes", "m"}, {"hr", "h"},     {"hrs", "h"},     {"hour", "h"},
    {"hours", "h"}, {"day", "d"},    {"days", "d"},    {"msec", "ms"},  {"millis", "ms"}, {"s", "s"},
    {"m", "m"},     {"h", "h"},      {"d", "d"},       {"ms", "ms"}};

constexpr Unit size_words[] = {{"b", "B"},     {"k", "KiB"},  {"m", "MiB"},   {"g", "GiB"},   {"t", "TiB"},
                               {"ki", "KiB"},  {"mi", "MiB"}, {"gi", "GiB"},  {"ti", "TiB"},  {"kb", "kB"},
                               {"mb", "MB"},   {"gb", "GB"},  {"kib", "KiB"}, {"mib", "MiB"}, {"gib", "GiB"},
                               {"tib", "TiB"}, {"byte", "B"}, {"bytes", "B"}};

/// A number and one word, whatever is between them.
std::string meant(std::string_view text, std::span<const Unit> units) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view word = trim(text.substr(digits));
  const auto unit =
      std::ranges::find_if(units, [word](const Unit& one) { return equal_ignoring_case(one.other, word); });
  if (digits == 0 || unit == units.end()) return {};
  return ", did you mean " + quoted(std::string(text.substr(0, digits)) + std::string(unit->ours)) + "?";
}

/// Of several sections with a key of that name the outermost.
std::map<std::string, std::string, std::less<>> sections_by_key() {
  std::map<std::string, std::string, std::less<>> sections;
  for (const KeyEntry& entry : all_keys()) {
    const std::size_t dot = entry.path.rfind('.');
    if (dot == entry.path.npos) continue;
    const std::string section = entry.path.substr(0, dot);
    // Within a section that is one of several, a key is not elsewhere by mistake.
    if (section.find("NAME.") != section.npos || section.find("[].") != section.npos) continue;
    std::string& nearest = sections[entry.path.substr(dot + 1)];
    const auto depth = [](const std::string& path) { return std::ranges::count(path, '.'); };
    if (nearest.empty() || depth(section) < depth(nearest)) nearest = section;
  }
  return sections;
}

}  // namespace

std::string duration_meant(std::string_view text) {
  return meant(text, duration_words);
}

std::string size_meant(std::string_view text) {
  return meant(text, size_words);
}

std::string section_of(std::string_view key) {
  // A file may hold as many unknown keys as fit.
  static const std::map<std::string, std::string, std::less<>> sections = sections_by_key();
  const auto found = sections.find(key);
  if (found == sections.end()) return {};
  if (found->second == "routes[]") return ": it belongs into a route";
  if (found->second == "upstreams.NAME") return ": it belongs into an upstream";
  return ": it belongs into " + quoted(found->second);
}

}  // namespace larder::config
