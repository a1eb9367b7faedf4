#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace larder::config {

/// Path patterns by their segments, so that those which take every path that another one takes are found
/// without comparing thousands with each other.
class PatternTree {
 public:
  /// Adds a pattern, which PathPattern::parse() takes, under a number.
  void add(std::string_view pattern, std::size_t number);

  /// Calls `visit` with the number of each pattern that matches all paths which this one matches, in no
  /// order. Globs are compared as texts, which finds all but odd ones.
  void visit_covering(std::string_view pattern, const std::function<void(std::size_t)>& visit) const;

 private:
  struct Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
    std::map<std::string, std::unique_ptr<Node>, std::less<>> globs;  ///< names and `*` are "*"
    std::vector<std::size_t> ended;                                   ///< patterns that end here
    std::vector<std::size_t> open;                                    ///< patterns that go on with `**`
  };

  Node root_;
};

}  // namespace larder::config
