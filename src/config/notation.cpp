#include "notation.hpp"

#include "scalars.hpp"

#include <larder/base/text.hpp>
#include <larder/policy/foreign_notation.hpp>
#include <larder/policy/path_pattern.hpp>

#include <algorithm>
#include <vector>

namespace larder::config {
namespace {

std::string suggestion_of(const policy::ForeignNotation& notation) {
  return notation.meant.empty() ? std::string() : ", did you mean " + quoted(notation.meant) + "?";
}

/// RFC 3986, section 2.1: a byte that stands in no path as it is.
bool needs_encoding(char c) {
  return static_cast<unsigned char>(c) >= 0x80 || c == ' ';
}

std::string percent_encoded(const std::string& text) {
  std::string encoded;
  for (const char c : text) {
    if (needs_encoding(c)) {
      append_percent_encoded(encoded, static_cast<unsigned char>(c));
    } else {
      encoded += c;
    }
  }
  return encoded;
}

/// Without the segments that name no other one (RFC 3986, section 5.2.4).
std::string without_dot_dot(std::string_view path) {
  std::vector<std::string_view> kept;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    path.remove_prefix(end);
    if (segment != "..") {
      kept.push_back(segment);
    } else if (!kept.empty()) {
      kept.pop_back();
    }
  }
  std::string result;
  for (const std::string_view segment : kept) result += "/" + std::string(segment);
  return result.empty() ? "/" : result;
}

/// What no path of a request that is looked up can hold.
std::optional<std::string> mistake_in_path(const std::string& text) {
  if (!text.starts_with('/') || has_control_byte(text)) return std::nullopt;
  const auto meant = [](const std::string& path) { return ", did you mean " + quoted(path) + "?"; };
  if (const std::size_t hash = text.find('#'); hash != text.npos) {
    return quoted(text) + " has a \"#\": what follows it never leaves the browser" +
           meant(text.substr(0, hash));
  }
  if (text.find('?') == text.npos && std::ranges::any_of(text, needs_encoding)) {
    const bool has_space = text.find(' ') != text.npos;
    return quoted(text) + (has_space ? " has a space" : " has letters beyond ASCII") +
           ", and paths are percent-encoded" + meant(percent_encoded(text));
  }
  if ((text + "/").find("/../") != text.npos) {
    return quoted(text) + " has a \"..\": paths with one are never cached" + meant(without_dot_dot(text));
  }
  return std::nullopt;
}

/// Which of the rules about braces is broken: `: {id} is there twice`.
std::string fault_in_braces(std::string_view text) {
  std::vector<std::string_view> names;
  for (std::size_t open = text.find('{'); open != text.npos; open = text.find('{', open + 1)) {
    const std::size_t end = text.find_first_of("}/", open);
    if (end == text.npos || text[end] == '/') return ": a \"{\" lacks its \"}\"";
    const std::string_view name = text.substr(open, end + 1 - open);
    if (std::ranges::find(names, name) != names.end()) return ": " + std::string(name) + " is there twice";
    names.push_back(name);
  }
  return {};
}

}  // namespace

std::optional<std::string> mistake_in_path_pattern(const std::string& text) {
  if (const std::optional<std::string> mistake = mistake_in_path(text)) return mistake;
  const std::optional<policy::ForeignNotation> foreign = policy::foreign_path_pattern(text);
  if (!policy::PathPattern::parse(text)) {
    return quoted(text) +
           " is not a path pattern: one begins with \"/\", names each {part} once, and has one {part**} or "
           "\"**\" at "
           "the most before a last \"**\"" +
           (foreign && !foreign->meant.empty() ? suggestion_of(*foreign) : fault_in_braces(text));
  }
  if (!foreign) return std::nullopt;
  return quoted(text) + " is another notation: here " + quoted(foreign->piece) +
         " would only match itself; a segment is literal, or holds {name} or *" + suggestion_of(*foreign);
}

std::string stray_end_of(const std::string& text) {
  const bool is_stray = text.size() > 1 && (text.back() == ',' || text.back() == ';');
  if (!is_stray) return {};
  return "ends with " + quoted(text.substr(text.size() - 1)) + ", as few paths do, did you mean " +
         quoted(text.substr(0, text.size() - 1)) + "?";
}

bool check_glob_notation(const Value& item, const std::string& text) {
  const std::optional<policy::ForeignNotation> foreign = policy::foreign_glob(text);
  if (!foreign) return true;
  item.error(quoted(text) +
             " is a regular expression, and would only match itself: names are literal, and * " +
             "stands for any run of characters" + suggestion_of(*foreign));
  return false;
}

bool check_no_glob(const Value& item, const std::string& text, std::string_view instead) {
  if (text.find('*') == text.npos) return true;
  item.error(quoted(text) + " would be taken literally, its * too: " + std::string(instead));
  return false;
}

}  // namespace larder::config
