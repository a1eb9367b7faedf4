#pragma once

#include <larder/base/hash.hpp>
#include <larder/policy/path_pattern.hpp>

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace larder::policy {

/// Numbered path patterns as one tree of their segments. A lookup goes down by the segments of the path: it
/// costs as much as the path and the patterns that share its segments do, however many others there are. What
/// stands behind a `{name**}` or a `**` is looked for at the end of the path alone, unless whatever follows
/// is taken there too: then once at each segment, since no pattern has two of them.
class RouteTree {
 public:
  static constexpr std::size_t none = std::numeric_limits<std::uint32_t>::max();

  /// `number` is not less than those added before.
  void add(std::size_t number, const PathPattern& pattern);

  /// The least number below `before` whose pattern takes the path and for which `accepts(number)` holds.
  template <class Accepts>
  std::optional<std::size_t> first_of(std::string_view path, const Accepts& accepts,
                                      std::size_t before = none) const {
    if (path.empty() || path.front() != '/') return std::nullopt;
    return least_of(Walk<Accepts>{*this, accepts, before, true, false}, path);
  }

  /// The least number whose pattern takes every path that `pattern` takes, and for which `accepts(number)`
  /// holds. Globs are compared as texts, which finds all but odd ones.
  template <class Accepts>
  std::optional<std::size_t> first_covering(const PathPattern& pattern, const Accepts& accepts) const {
    return least_of(Walk<Accepts>{*this, accepts, none, !pattern.is_open_ended(), true},
                    joined_segments(pattern));
  }

 private:
  using Number = std::uint32_t;
  using Place = std::uint32_t;  // in nodes_; 0, the root, is nobody's child

  struct Glob {
    std::string text;         // more than a star
    bool fills_star = false;  // with one letter at the least
    Place child = 0;

    bool takes(std::string_view segment, bool is_pattern) const;
  };

  struct Node {
    boost::unordered_flat_map<std::string, Place, TextHash, std::equal_to<>> literals;
    std::vector<Glob> globs;
    Place any = 0;                                  // one segment that is not empty
    Place rest = 0;                                 // one or more of them
    Place gap = 0;                                  // any number of any segments
    std::vector<Number> whole;                      // of patterns that end here, ascending
    std::vector<Number> open;                       // of those that take whatever follows, ascending
    Number least = static_cast<Number>(none);       // of those here and below
    Number least_open = static_cast<Number>(none);  // of those that take whatever follows
    std::uint32_t deepest = 0;                      // segments that the others have below this one, at most
  };

  // What stands in a joined pattern for what is not known of a path; no pattern can hold these bytes.
  static constexpr char some_letters = '\1';
  static constexpr std::string_view any_segments = "\2";
  static constexpr std::string_view filled_segments = "\3";

  template <class Accepts>
  struct Walk {
    const RouteTree& tree;
    const Accepts& accepts;
    std::size_t least;
    bool is_whole;    // the path ends where it ends; else anything may follow
    bool is_pattern;  // joined segments

    /// `rest` is what follows the segments that led here: nothing, or segments with a slash in front of each.
    void visit(Place place, std::string_view rest) {
      const Node& node = tree.nodes_[place];
      if (node.least >= least) return;
      take_first(node.open);
      if (rest.empty() && is_whole) take_first(node.whole);
      if (!rest.empty()) visit_segment(node, rest);
      if (node.rest != 0) visit_behind(node.rest, rest, true);
      if (node.gap != 0) visit_behind(node.gap, rest, false);
    }

    void visit_segment(const Node& node, std::string_view rest) {
      if (is_next(rest, any_segments) || is_next(rest, filled_segments)) return;
      const std::string_view segment = take_segment(rest);
      const auto literal = node.literals.find(segment);
      if (literal != node.literals.end()) visit(literal->second, rest);
      if (segment.empty()) return;
      if (node.any != 0) visit(node.any, rest);
      for (const Glob& glob : node.globs) {
        if (glob.takes(segment, is_pattern)) visit(glob.child, rest);
      }
    }

    /// The child behind a gap, at each place where that may end.
    void visit_behind(Place place, std::string_view rest, bool is_filled) {
      const Node& node = tree.nodes_[place];
      // Filled segments may be none.
      if (is_filled && (is_next(rest, filled_segments) || !take_filled(rest))) return;
      for (bool is_at_end = false;;) {
        if (node.least >= least) return;
        if (!is_at_end && node.least_open >= least) {
          const std::string_view end = last_segments(rest, node.deepest);
          if (is_filled && !are_filled(rest.substr(0, rest.size() - end.size()))) return;
          rest = end;
          is_at_end = true;
        }
        visit(place, rest);
        if (rest.empty()) return;
        if (is_filled) {
          if (!take_filled(rest)) return;
        } else {
          take_segment(rest);
        }
      }
    }

    bool take_filled(std::string_view& rest) const {
      return !rest.empty() && !is_next(rest, any_segments) && !take_segment(rest).empty();
    }

    /// Whether these unknown segments of a pattern come next.
    bool is_next(std::string_view rest, std::string_view segments) const {
      return is_pattern && !rest.empty() && take_segment(rest) == segments;
    }

    bool are_filled(std::string_view segments) const {
      return !has_empty_segment(segments) && !(is_pattern && segments.find(any_segments) != segments.npos);
    }

    void take_first(const std::vector<Number>& numbers) {
      for (const Number number : numbers) {
        if (number >= least) return;
        if (accepts(number)) least = number;
      }
    }
  };

  template <class Accepts>
  static std::optional<std::size_t> least_of(Walk<Accepts> walk, std::string_view path) {
    const std::size_t before = walk.least;
    walk.visit(0, path);
    return walk.least == before ? std::nullopt : std::optional(walk.least);
  }

  Place child_of(Place parent, const PathPattern::Segment& segment);
  Place* place_of(Node& node, const PathPattern::Segment& segment);
  static std::string joined_segments(const PathPattern& pattern);

  std::vector<Node> nodes_ = std::vector<Node>(1);
};

}  // namespace larder::policy
