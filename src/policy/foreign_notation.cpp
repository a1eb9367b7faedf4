#include "regular_expression.hpp"

#include <larder/base/text.hpp>
#include <larder/policy/foreign_notation.hpp>
#include <larder/policy/path_pattern.hpp>

#include <algorithm>
#include <vector>

namespace larder::policy {
namespace {

using Text = std::string_view;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// The name that a text begins with: `id` of `id([0-9]+)`. Ports and versions begin with a digit.
Text leading_name(Text text) {
  if (text.empty() || (text.front() >= '0' && text.front() <= '9')) return {};
  return {text.begin(), std::find_if_not(text.begin(), text.end(), is_word)};
}

bool names_segment(Text text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_word(c) || c == '-'; });
}

Text inside(Text text, std::size_t marks) {
  return text.substr(marks, text.size() - 2 * marks);
}

/// What stands for one segment, or at the end for all that follow.
std::string rest_or_segment(bool is_last) {
  return is_last ? "**" : "*";
}

/// What stands for several segments under one name, or at the end for all that follow.
std::string rest_of_name(Text name, bool is_last) {
  return is_last ? "**" : "{" + std::string(name) + "**}";
}

/// `:id`, `:id?`, `:id(\d+)`, `:rest*`.
std::optional<std::string> after_colon(Text name, Text tail, bool is_last) {
  if (tail.ends_with('*') || tail.ends_with('+')) return rest_of_name(name, is_last);
  if (tail.empty() || tail == "?" || tail.front() == '(') return "{" + std::string(name) + "}";
  const std::optional<std::string> glob = glob_of(tail);
  return glob && tail.find(':') == tail.npos ? std::optional("*" + *glob) : std::nullopt;
}

/// `<id>`, `<int:id>`, `<path:rest>`.
std::optional<std::string> between_angles(Text inner, bool is_last) {
  const std::size_t colon = inner.find(':');
  const Text name = inner.substr(colon == inner.npos ? 0 : colon + 1);
  if (!names_segment(name)) return std::nullopt;
  if (inner.starts_with("path:")) return rest_of_name(name, is_last);
  return "{" + std::string(name) + "}";
}

/// `{id:[0-9]+}`, `{id?}`, `{path...}`, `{*path}`, `{path:path}`.
std::optional<std::string> between_braces(Text inner, bool is_last) {
  const std::size_t begin = std::min(inner.find_first_not_of("*."), inner.size());
  const Text rest = inner.substr(begin);
  const Text name(rest.begin(),
                  std::find_if_not(rest.begin(), rest.end(), [](char c) { return is_word(c) || c == '-'; }));
  const Text tail = rest.substr(name.size());
  if (name.empty() || tail.starts_with(',') || tail.find('}') != tail.npos) return std::nullopt;
  const bool is_rest = begin != 0 || tail == "*" || tail == "..." || tail == ":path" || tail == ":.*" ||
                       tail == ":*" || tail == ":.+";
  return is_rest ? rest_of_name(name, is_last) : "{" + std::string(name) + "}";
}

/// `{from}-{to}`: a segment has one name here.
std::optional<std::string> with_braces(Text segment) {
  std::string glob;
  while (!segment.empty()) {
    const std::size_t open = segment.find('{');
    glob += segment.substr(0, open);
    if (open == segment.npos) break;
    const std::size_t close = segment.find('}', open);
    if (close == segment.npos || !names_segment(segment.substr(open + 1, close - open - 1)))
      return std::nullopt;
    glob += '*';
    segment.remove_prefix(close + 1);
  }
  return glob;
}

/// A segment in the notation here: the same if it is so already, nothing if it cannot be said.
std::optional<std::string> segment_of(Text segment, bool is_last) {
  const bool has_brace = segment.find_first_of("{}") != segment.npos;
  if (has_brace && PathPattern::parse("/" + std::string(segment))) return std::string(segment);
  const auto is_between = [segment](Text open, Text close) {
    return segment.size() > open.size() + close.size() && segment.starts_with(open) &&
           segment.ends_with(close);
  };
  if (segment.starts_with(':')) {
    const Text name = leading_name(segment.substr(1));
    if (!name.empty()) return after_colon(name, segment.substr(1 + name.size()), is_last);
  }
  if (is_between("<", ">")) return between_angles(inside(segment, 1), is_last);
  if (is_between("[...", "]")) return rest_of_name(segment.substr(4, segment.size() - 5), is_last);
  if (is_between("[[...", "]]")) return rest_or_segment(is_last);
  if (is_between("[", "]") && names_segment(inside(segment, 1)))
    return "{" + std::string(inside(segment, 1)) + "}";
  if (is_between("{", "}") && segment.find('{', 1) == segment.npos) {
    return between_braces(inside(segment, 1), is_last);
  }
  if (is_any_expression(segment)) return rest_or_segment(is_last);
  if (is_expression(segment)) return glob_of(segment);
  if (has_brace) return with_braces(segment);
  if (segment.size() > 1 && segment.find_first_not_of('*') == segment.npos) return "**";
  if (segment.ends_with("**") && is_last) return std::string(segment.substr(0, segment.find("**"))) + "/**";
  if (segment.find("**") != segment.npos || segment.find('?') != segment.npos) return std::nullopt;
  return std::string(segment);
}

/// Splits at each slash; those in a regular expression's class (`[^/]+`) were replaced before.
std::vector<Text> segments_of(Text path) {
  std::vector<Text> segments;
  for (path.remove_prefix(1);;) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    segments.push_back(path.substr(0, slash));
    if (slash == path.size()) return segments;
    path.remove_prefix(slash + 1);
  }
}

/// Takes a mark off the front or the end; the first one shows what the text is.
class Marks {
 public:
  explicit Marks(Text text) : text_(text) {}

  void drop_front(Text mark) {
    if (!text_.starts_with(mark)) return;
    note(mark);
    text_.erase(0, std::max(mark.size(), std::min(text_.find_first_not_of(' ', mark.size()), text_.size())));
  }

  void drop_end(Text mark) {
    if (!text_.ends_with(mark)) return;
    note(mark);
    text_.resize(text_.size() - mark.size());
  }

  void replace_all(Text expression, Text by) {
    for (std::size_t at = text_.find(expression); at != text_.npos; at = text_.find(expression, at)) {
      note(expression);
      text_.replace(at, expression.size(), by);
    }
  }

  /// A match is of paths alone.
  void drop_site() {
    for (const Text scheme : {Text("http://"), Text("https://"), Text("//")}) {
      if (!starts_with_ignoring_case(text_, scheme)) continue;
      const std::size_t end = std::min(text_.find('/', scheme.size()), text_.size());
      note(Text(text_).substr(0, end));
      text_.erase(0, end);
      return;
    }
  }

  void drop_query() {
    const std::size_t mark = text_.find('?');
    const bool is_query = mark != text_.npos && mark + 1 < text_.size() &&
                          (text_.find('=', mark) != text_.npos || text_[mark + 1] == '*');
    if (!is_query) return;
    note(Text(text_).substr(mark));
    text_.resize(mark);
  }

  void note(Text piece) {
    if (piece_.empty()) piece_ = piece;
  }

  const std::string& text() const { return text_; }
  const std::string& piece() const { return piece_; }

 private:
  std::string text_;
  std::string piece_;
};

}  // namespace

std::optional<ForeignNotation> foreign_path_pattern(Text text) {
  if (text == "*") return ForeignNotation{"*", "/**"};
  Marks marks(text);
  for (const Text mark : {Text("~*"), Text("~"), Text("^")}) marks.drop_front(mark);
  marks.drop_end("$");
  for (const Text segment : {Text("([^/]+)"), Text("([^/]*)"), Text("[^/]+"), Text("[^/]*")}) {
    marks.replace_all(segment, "*");
  }
  marks.drop_site();
  marks.drop_query();
  if (marks.text().ends_with("/**/")) marks.drop_end("/");
  std::string path = marks.text();
  // An expression that is not bound to the front of a path may be anywhere in it.
  bool is_said = path.starts_with('/') || marks.piece().empty();
  if (!path.starts_with('/')) path.insert(0, 1, '/');
  std::string meant;
  const std::vector<Text> segments = segments_of(path);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const std::optional<std::string> segment = segment_of(segments[i], i + 1 == segments.size());
    if (segment != segments[i]) marks.note(segments[i]);
    is_said = is_said && segment;
    meant += "/" + segment.value_or("");
  }
  if (marks.text().empty() || marks.text().front() != '/') marks.note(text);
  if (marks.piece().empty()) return std::nullopt;
  if (!is_said || !PathPattern::parse(meant)) meant.clear();
  return ForeignNotation{marks.piece(), std::move(meant)};
}

std::optional<ForeignNotation> foreign_glob(Text text) {
  Marks marks(text);
  marks.drop_front("^");
  const bool is_begun = !marks.piece().empty();
  marks.drop_end("$");
  const bool is_ended = text.size() > 1 && text.ends_with('$');
  const std::string& name = marks.text();
  for (const Text piece : {Text("|"), Text("\\"), Text("[0-9"), Text("[a-z]"), Text("[A-Z]"), Text("[^"),
                           Text("(."), Text("(?"), Text("_.*"), Text("-.*"), Text(".+"), Text("?")}) {
    if (name.find(piece) != name.npos) marks.note(piece);
  }
  if (name.starts_with(".*")) marks.note(".*");
  if (marks.piece().empty()) return std::nullopt;
  std::optional<std::string> glob = glob_of(name);
  if (glob && is_begun && !is_ended && !glob->ends_with('*')) *glob += '*';
  if (glob && is_ended && !is_begun && !glob->starts_with('*')) glob->insert(0, 1, '*');
  return ForeignNotation{marks.piece(), glob.value_or("")};
}

}  // namespace larder::policy
