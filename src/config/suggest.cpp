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

}  // namespace larder::config
