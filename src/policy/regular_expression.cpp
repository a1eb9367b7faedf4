#include "regular_expression.hpp"

#include <algorithm>
#include <array>

namespace larder::policy {
namespace {

bool is_any_of(char c, std::string_view letters) {
  return letters.find(c) != letters.npos;
}

/// The end of what the bracket at the text's front encloses, past the closing one; npos if it is not closed.
std::size_t end_of_group(std::string_view text) {
  const char close = text.front() == '(' ? ')' : ']';
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == text.front() && (close == ')' || depth == 0)) {
      ++depth;
    } else if (text[i] == close && --depth == 0) {
      return i + 1;
    }
  }
  return text.npos;
}

/// How many bytes of a regular expression stand for any run of characters: a class or a group with its
/// quantifier. 0 if it is a letter, nothing if globs know no such thing.
std::optional<std::size_t> run_at(std::string_view text) {
  std::size_t end = 0;
  if (text.front() == '[' || text.front() == '(') {
    end = end_of_group(text);
    if (end == text.npos || (text.front() == '(' && text.substr(0, end).find('|') != text.npos)) {
      return std::nullopt;
    }
  } else if (text.size() > 1 && text.front() == '\\' && is_any_of(text[1], "dwsDWS")) {
    end = 2;
  } else if (text.size() > 1 && text.front() == '.' && (text[1] == '*' || text[1] == '+')) {
    end = 1;
  } else if (is_any_of(text.front(), "|^$?]")) {
    return std::nullopt;
  }
  while (end != 0 && end < text.size() && is_any_of(text[end], "*+?")) ++end;
  return end;
}

}  // namespace

std::optional<std::string> glob_of(std::string_view expression) {
  std::string glob;
  const auto add = [&glob](char c) {
    if (c != '*' || !glob.ends_with('*')) glob += c;
  };
  while (!expression.empty()) {
    const std::optional<std::size_t> run = run_at(expression);
    if (!run) return std::nullopt;
    if (*run > 0) {
      add('*');
      expression.remove_prefix(*run);
      continue;
    }
    if (expression.front() == '\\' && expression.size() > 1) expression.remove_prefix(1);
    add(expression.front());
    expression.remove_prefix(1);
  }
  return glob;
}

bool is_any_expression(std::string_view segment) {
  static constexpr std::array<std::string_view, 6> any{".*", ".+", "(.*)", "(.+)", ".*?", "(.*?)"};
  return std::ranges::find(any, segment) != any.end();
}

bool is_expression(std::string_view segment) {
  return is_any_expression(segment) || segment.find_first_of("\\[]^|") != segment.npos ||
         segment.find("(?") != segment.npos || segment.find("(.") != segment.npos;
}

}  // namespace larder::policy
