#pragma once

#include <larder/base/result.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace larder::policy {

/// What the `{name}` parts of a pattern stood for in one path, as received.
using Captures = std::vector<std::pair<std::string, std::string>>;

/// A route's `match`, or a pattern to purge: segments that are literal, `*` or a name in braces (one
/// non-empty segment each; `*` may also stand inside a segment, as in `report-*.json`), and `**` as the last
/// segment for any number more, even none (`/api/**` matches `/api`, `/api/` and all below). Case and a
/// trailing slash count.
class PathPattern {
 public:
  /// Error::malformed if the text does not begin with "/", repeats a name, has `**` other than at its end
  /// or braces that hold no name or not a whole segment, or has a byte that no path has (`?`, `#`, space,
  /// control bytes).
  static Result<PathPattern> parse(std::string_view text);

  /// The captures if the whole path matches, nothing if it does not.
  std::optional<Captures> match(std::string_view path) const;

  /// As match(), without the captures; allocates nothing.
  bool matches(std::string_view path) const;

  const std::string& text() const { return text_; }
  std::vector<std::string> capture_names() const;

  bool operator==(const PathPattern& other) const { return text_ == other.text_; }

  struct Segment {
    enum class Kind { literal, glob, capture } kind = Kind::literal;
    std::string text;  ///< the literal, the glob or the capture's name
    bool accepts(std::string_view part) const;
  };
  const std::vector<Segment>& segments() const { return segments_; }
  bool is_open_ended() const { return open_ended_; }  ///< `**` follows them

 private:
  static Result<Segment> parse_segment(std::string_view text);
  bool has_capture(std::string_view name) const;

  bool walk(std::string_view path, Captures* captures) const;

  std::string text_;
  std::vector<Segment> segments_;
  bool open_ended_ = false;
};

/// Whether `text` matches a glob in which `*` stands for any run of characters, even none.
bool glob_matches(std::string_view glob, std::string_view text);

/// A template such as `product:{id}` with each `{name}` replaced. Nothing if a name is not among the
/// captures or a brace is not closed.
std::optional<std::string> expand_template(std::string_view text, const Captures& captures);

}  // namespace larder::policy
