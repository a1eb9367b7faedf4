#include "yaml_mistakes.hpp"

#include "flow_mistakes.hpp"
#include "source.hpp"

#include <larder/base/text.hpp>

#include <algorithm>
#include <optional>
#include <vector>

namespace larder::config {
namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::size_t indent_of(std::string_view line) {
  return std::min(line.find_first_not_of(" \t"), line.size());
}

bool says_something(std::string_view line) {
  const std::string_view rest = line.substr(indent_of(line));
  return !trim(rest).empty() && rest.front() != '#';
}

/// Where the keys of a line begin: past the dashes of lists.
std::size_t column_of_keys(std::string_view line) {
  std::size_t column = indent_of(line);
  while (line.substr(column).starts_with("- ")) {
    column = std::min(line.find_first_not_of(' ', column + 1), line.size());
  }
  return column;
}

/// YAML forbids tabs before a key. yaml-cpp finds some other fault instead.
std::optional<YAML::Mark> tab_before(const std::vector<std::string_view>& lines, int last) {
  for (int i = 0; i <= last && i < static_cast<int>(lines.size()); ++i) {
    const std::string_view line = lines[static_cast<std::size_t>(i)];
    const std::size_t tab = line.substr(0, indent_of(line)).find('\t');
    if (tab == line.npos || !says_something(line)) continue;
    YAML::Mark mark;
    mark.line = i;
    mark.column = static_cast<int>(tab);
    return mark;
  }
  return std::nullopt;
}

bool is_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return c == '_' || c == '-' || (c >= '0' && c <= '9') || (to_lower(c) >= 'a' && to_lower(c) <= 'z');
  });
}

/// The whole value that a mark which YAML takes for something else begins.
std::optional<std::string> unquoted_at(std::string_view line, std::size_t column) {
  if (column >= line.size() || std::string_view("*&!|>%@`").find(line[column]) == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view rest = line.substr(column);
  const std::string_view text = trim(rest.substr(0, rest.find_first_of(",]}#")));
  // It may well be an alias.
  if (text == "*" || (text.front() == '*' && is_word(text.substr(1)))) return std::nullopt;
  return std::string(text);
}

/// Of a line with two colons: a map needs braces, another text quotes.
std::string hint_of_colons(std::string_view line) {
  const std::size_t first = line.find(": ");
  const std::size_t second = first == line.npos ? first : line.find(": ", first + 2);
  if (second == line.npos) return {};
  const std::string_view value = trim(line.substr(first + 2));
  if (is_word(trim(line.substr(first + 2, second - first - 2)))) {
    const std::string_view key = trim(line.substr(column_of_keys(line), first - column_of_keys(line)));
    return ": a map in one line stands in braces, did you mean '" + std::string(key) + ": {" +
           std::string(value) + "}'?";
  }
  const bool is_plain = line.substr(0, second).find_first_of("\"'{") == line.npos;
  return is_plain ? ": a text with \": \" in it stands in quotes" : "";
}

/// The line before that says something; nothing if there is none.
std::optional<std::string_view> line_before(const std::vector<std::string_view>& lines, std::size_t line) {
  while (line-- > 0) {
    if (says_something(lines[line])) return lines[line];
  }
  return std::nullopt;
}

bool is_item(std::string_view line) {
  return line.substr(indent_of(line)).starts_with("- ");
}

/// `is_of_structure`: it is about how lines belong together.
std::string hint_of(const std::vector<std::string_view>& lines, const YAML::Mark& mark,
                    bool is_of_structure) {
  const auto number = static_cast<std::size_t>(std::max(mark.line, 0));
  if (number >= lines.size()) return {};
  const std::string_view line = lines[number];
  if (const auto text = unquoted_at(line, static_cast<std::size_t>(std::max(mark.column, 0)))) {
    return ": a text that begins with " + quoted(text->substr(0, 1)) + " stands in quotes, did you mean '" +
           quoted(*text) + "'?";
  }
  if (std::string hint = hint_of_colons(line); !hint.empty()) return hint;
  const std::optional<std::string_view> before = line_before(lines, number);
  if (const std::string key = before ? key_without_space(before->substr(column_of_keys(*before))) : "";
      !key.empty()) {
    return ": a space is missing behind " + quoted(key);
  }
  if (!is_of_structure || !before) return {};
  const bool are_items = is_item(line) && is_item(*before);
  const std::size_t column = are_items ? indent_of(line) : column_of_keys(line);
  const std::size_t expected = are_items ? indent_of(*before) : column_of_keys(*before);
  if (column == expected) return {};
  return ": is the line indented as its neighbours are? Its " + std::string(are_items ? "\"-\"" : "key") +
         (are_items ? " stands in column " : " begins in column ") + std::to_string(column + 1) +
         ", that of the line before it in " + std::to_string(expected + 1);
}

}  // namespace

std::string key_without_space(std::string_view text) {
  const std::string_view word = trim(text);
  const std::size_t colon = word.find(':');
  const bool is_one_word = word.find_first_of(" \"'{[") == word.npos;
  if (!is_one_word || colon == word.npos || colon + 1 == word.size()) return {};
  // A URL, or an address and its port.
  const bool is_key = is_word(word.substr(0, colon)) && !word.substr(colon).starts_with("://");
  return is_key ? std::string(word.substr(0, colon + 1)) : std::string();
}

YamlMistake yaml_mistake_in(std::string_view text, const YAML::Exception& found) {
  const std::vector<std::string_view> lines = lines_of(text);
  if (const auto tab = tab_before(lines, found.mark.line)) {
    return {*tab, "not YAML: a tab indents this line, which takes spaces"};
  }
  // What yaml-cpp says of a stream that it cannot read, as ours never is, and at its bound.
  if (found.msg == YAML::ErrorMsg::BAD_FILE)
    return {found.mark, "lists or maps within each other: too many of them"};
  const std::optional<FlowMistake> flow = flow_mistake_in(lines);
  if (flow && flow->mark.line <= found.mark.line) return {flow->mark, "not YAML: " + found.msg + flow->hint};
  const bool is_of_flow = found.msg.find(" flow ") != found.msg.npos;
  const bool is_of_structure =
      !is_of_flow && (found.msg.starts_with("end of ") || found.msg.starts_with("illegal map value"));
  return {found.mark, "not YAML: " + found.msg + hint_of(lines, found.mark, is_of_structure)};
}

}  // namespace larder::config
