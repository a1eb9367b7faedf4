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
/// costs as much as the path and the patterns that share its segments do, however many others there are.
class RouteTree {
 public:
  static constexpr std::size_t none = std::numeric_limits<std::uint32_t>::max();

  /// `number` is greater than those added before.
  void add(std::size_t number, const PathPattern& pattern);

  /// The least number below `before` whose pattern takes the path and for which `accepts(number)` holds.
  template <class Accepts>
  std::optional<std::size_t> first_of(std::string_view path, const Accepts& accepts,
                                      std::size_t before = none) const {
    if (path.empty() || path.front() != '/') return std::nullopt;
    return least_of(Walk<Accepts>{*this, accepts, before, true}, path.substr(1), true);
  }

  /// The least number whose pattern takes every path that `pattern` takes, and for which `accepts(number)`
  /// holds. Globs are compared as texts, which finds all but odd ones.
  template <class Accepts>
  std::optional<std::size_t> first_covering(const PathPattern& pattern, const Accepts& accepts) const {
    return least_of(Walk<Accepts>{*this, accepts, none, !pattern.is_open_ended()}, joined_segments(pattern),
                    !pattern.segments().empty());
  }

 private:
  using Number = std::uint32_t;
  using Place = std::uint32_t;  // in nodes_; 0, the root, is nobody's child

  struct Node {
    boost::unordered_flat_map<std::string, Place, TextHash, std::equal_to<>> literals;
    std::vector<std::pair<std::string, Place>> globs;  // that are more than a star
    Place any = 0;                                     // one segment that is not empty
    std::vector<Number> whole;                         // of patterns that end here, ascending
    std::vector<Number> open;                          // of those that take whatever follows, ascending
    Number least = static_cast<Number>(none);          // of those here and below
  };

  template <class Accepts>
  struct Walk {
    const RouteTree& tree;
    const Accepts& accepts;
    std::size_t least;
    bool is_whole;  // the path ends where it ends; else anything may follow

    /// `rest` is what follows the segments that led here, if there is more.
    void visit(Place place, std::string_view rest, bool is_more) {
      const Node& node = tree.nodes_[place];
      if (node.least >= least) return;
      take_first(node.open);
      if (!is_more) {
        if (is_whole) take_first(node.whole);
        return;
      }
      const std::size_t slash = rest.find('/');
      const std::string_view segment = rest.substr(0, slash);
      is_more = slash != rest.npos;
      rest = is_more ? rest.substr(slash + 1) : std::string_view{};
      const auto literal = node.literals.find(segment);
      if (literal != node.literals.end()) visit(literal->second, rest, is_more);
      if (segment.empty()) return;
      if (node.any != 0) visit(node.any, rest, is_more);
      for (const auto& [glob, child] : node.globs) {
        if (glob_matches(glob, segment)) visit(child, rest, is_more);
      }
    }

    void take_first(const std::vector<Number>& numbers) {
      for (const Number number : numbers) {
        if (number >= least) return;
        if (accepts(number)) least = number;
      }
    }
  };

  template <class Accepts>
  static std::optional<std::size_t> least_of(Walk<Accepts> walk, std::string_view path, bool has_segments) {
    const std::size_t before = walk.least;
    walk.visit(0, path, has_segments);
    return walk.least == before ? std::nullopt : std::optional(walk.least);
  }

  Place child_of(Place parent, const PathPattern::Segment& segment);
  static std::string joined_segments(const PathPattern& pattern);

  std::vector<Node> nodes_ = std::vector<Node>(1);
};

}  // namespace larder::policy
