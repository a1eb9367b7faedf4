#include "notation.hpp"

#include <larder/policy/foreign_notation.hpp>
#include <larder/policy/path_pattern.hpp>

namespace larder::config {
namespace {

std::string suggestion_of(const policy::ForeignNotation& notation) {
  return notation.meant.empty() ? std::string() : ", did you mean " + quoted(notation.meant) + "?";
}

}  // namespace

std::optional<std::string> mistake_in_path_pattern(const std::string& text) {
  const std::optional<policy::ForeignNotation> foreign = policy::foreign_path_pattern(text);
  if (!policy::PathPattern::parse(text)) {
    return quoted(text) +
           " is not a path pattern: one begins with \"/\", names each {part} once, and has one {part**} or "
           "\"**\" at "
           "the most before a last \"**\"" +
           (foreign ? suggestion_of(*foreign) : "");
  }
  if (!foreign) return std::nullopt;
  return quoted(text) + " is another notation: here " + quoted(foreign->piece) +
         " would only match itself; a segment is literal, or holds {name} or *" + suggestion_of(*foreign);
}

bool check_glob_notation(const Value& item, const std::string& text) {
  const std::optional<policy::ForeignNotation> foreign = policy::foreign_glob(text);
  if (!foreign) return true;
  item.error(quoted(text) +
             " is a regular expression, and would only match itself: names are literal, and * " +
             "stands for any run of letters" + suggestion_of(*foreign));
  return false;
}

bool check_no_glob(const Value& item, const std::string& text, std::string_view instead) {
  if (text.find('*') == text.npos) return true;
  item.error(quoted(text) + " would be taken literally, its * too: " + std::string(instead));
  return false;
}

}  // namespace larder::config
