#include "expand.hpp"

#include <algorithm>
#include <optional>

namespace larder::config {
namespace {

constexpr std::string_view opening = "${";
constexpr std::string_view escaped = "$${";

bool is_variable_name(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || is_digit(text.front())) return false;
  return std::ranges::all_of(text, [&](char c) { return is_letter(c) || is_digit(c); });
}

/// Appends what stands for the reference `${inside}`.
void replace(std::string_view inside, const Environment& environment, Expansion& result) {
  const std::size_t split = inside.find(":-");
  const std::string_view name = inside.substr(0, split);
  const std::string reference = "${" + std::string(inside) + "}";
  if (!is_variable_name(name)) {
    result.problems.push_back(reference + " names no environment variable");
    return;
  }
  std::optional<std::string> value;
  if (environment) value = environment(name);
  if (split == std::string_view::npos) {
    if (!value) result.problems.push_back(reference + " is not set and has no default");
    result.text += value.value_or("");
    return;
  }
  const std::string_view fallback = inside.substr(split + 2);
  if (fallback.find(opening) != std::string_view::npos) {
    result.problems.push_back(reference + ": a default may not hold another variable");
  }
  result.text += value && !value->empty() ? *value : fallback;
}

}  // namespace

Expansion expand_variables(std::string_view text, const Environment& environment) {
  Expansion result;
  while (!text.empty()) {
    if (text.starts_with(escaped)) {
      result.text += opening;
      text.remove_prefix(escaped.size());
    } else if (text.starts_with(opening)) {
      const std::size_t end = text.find('}');
      if (end == std::string_view::npos) {
        result.problems.emplace_back("\"${\" without its \"}\"; a literal \"${\" is written \"$${\"");
        return result;
      }
      replace(text.substr(opening.size(), end - opening.size()), environment, result);
      text.remove_prefix(end + 1);
    } else {
      result.text += text.front();
      text.remove_prefix(1);
    }
  }
  return result;
}

std::string escape_variables(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with(opening)) result += '$';
    result += text[i];
  }
  return result;
}

}  // namespace larder::config
