#pragma once

#include <larder/base/result.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace larder::policy {

/// What the `{name}` parts of a pattern stood for in one path, as received.
using Captures = std::vector<std::pair<std::string, std::string>>;

/// A route's `match`, or a pattern to purge. Its segments are literal, hold `*` (any run of characters in one
/// segment that is not empty, as in `report-*.json`) or a name in braces (one character or more, as in `{id}`
/// and `{id}.json`). Besides there may be one `{name**}`, which is one or more whole segments, none of them
/// empty, or one `**`, which is any number of any segments; where several lengths fit, the shortest is taken.
/// A last `**` is free: `/api/**` matches `/api`, `/api/` and all below. Case and a trailing slash count.
class PathPattern {
 public:
  /// Error::malformed if the text does not begin with "/", repeats a name, has more than one `{name**}` or
  /// `**` before its last segment, braces that hold no name or stand twice in a segment, or a byte that no
  /// path has (`?`, `#`, space, control bytes).
  static Result<PathPattern> parse(std::string_view text);

  /// The captures if the whole path matches, nothing if it does not.
  std::optional<Captures> match(std::string_view path) const;

  /// As match(), without the captures; allocates nothing.
  bool matches(std::string_view path) const;

  const std::string& text() const { return text_; }
  std::vector<std::string> capture_names() const;

  bool operator==(const PathPattern& other) const { return text_ == other.text_; }

  struct Segment {
    enum class Kind {
      literal,
      glob,
      capture,
      rest,  ///< `{name**}`
      gap,   ///< `**` before the end
    } kind = Kind::literal;
    std::string text;    ///< the literal, the glob or the capture's name
    std::string before;  ///< what stands before a capture in its segment
    std::string after;   ///< and what behind it

    bool is_one() const { return kind != Kind::rest && kind != Kind::gap; }
    bool is_named() const { return kind == Kind::capture || kind == Kind::rest; }
    bool accepts(std::string_view part) const;  ///< if it is one
    void capture(std::string_view part, Captures& captures) const;
  };
  const std::vector<Segment>& segments() const { return segments_; }
  bool is_open_ended() const { return open_ended_; }  ///< `**` follows them

 private:
  static Result<Segment> parse_segment(std::string_view text);
  static Result<Segment> parse_braces(std::string_view text);
  bool add(Segment segment);
  bool has_capture(std::string_view name) const;

  bool walk(std::string_view path, Captures* captures) const;
  bool walk_on(std::string_view rest, Captures* captures) const;
  bool fits(std::span<const Segment> segments, std::string_view rest) const;

  std::string text_;
  std::vector<Segment> segments_;
  std::size_t plain_ = 0;  // segments before the one that stands for several, or all
  bool open_ended_ = false;
};

/// Takes the first segment off what is left of a path: it begins with "/".
inline std::string_view take_segment(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('/', 1), rest.size());
  const std::string_view segment = rest.substr(1, end - 1);
  rest.remove_prefix(end);
  return segment;
}

/// The last `most` segments of what is left of a path, or all if there are fewer.
std::string_view last_segments(std::string_view rest, std::size_t most);

/// Whether one of these whole segments, each with its "/" in front, is empty.
bool has_empty_segment(std::string_view segments);

/// Whether `text` matches a glob in which `*` stands for any run of characters, even none.
bool glob_matches(std::string_view glob, std::string_view text);

/// A template such as `product:{id}` with each `{name}` replaced. Nothing if a name is not among the
/// captures or a brace is not closed.
std::optional<std::string> expand_template(std::string_view text, const Captures& captures);

}  // namespace larder::policy
