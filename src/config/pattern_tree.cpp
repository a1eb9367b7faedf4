#include "pattern_tree.hpp"

#include <larder/policy/path_pattern.hpp>

#include <algorithm>

namespace larder::config {
namespace {

/// A pattern taken apart: `{name}` is "*".
struct Parts {
  std::vector<std::string_view> segments;
  bool is_open = false;
};

Parts parts_of(std::string_view pattern) {
  Parts parts;
  for (bool more = pattern.starts_with('/'); more && !parts.is_open;) {
    pattern.remove_prefix(1);
    const std::string_view segment = pattern.substr(0, pattern.find('/'));
    pattern.remove_prefix(segment.size());
    more = !pattern.empty();
    parts.is_open = segment == "**";
    if (!parts.is_open) parts.segments.push_back(segment.starts_with('{') ? "*" : segment);
  }
  return parts;
}

bool is_glob(std::string_view segment) {
  return segment.find('*') != segment.npos;
}

template <class Node>
Node& child_of(std::map<std::string, std::unique_ptr<Node>, std::less<>>& children,
               std::string_view segment) {
  std::unique_ptr<Node>& child = children[std::string(segment)];
  if (child == nullptr) child = std::make_unique<Node>();
  return *child;
}

}  // namespace

void PatternTree::add(std::string_view pattern, std::size_t number) {
  const Parts parts = parts_of(pattern);
  Node* node = &root_;
  for (const std::string_view segment : parts.segments) {
    node = &child_of(is_glob(segment) ? node->globs : node->literals, segment);
  }
  (parts.is_open ? node->open : node->ended).push_back(number);
}

void PatternTree::visit_covering(std::string_view pattern,
                                 const std::function<void(std::size_t)>& visit) const {
  const Parts parts = parts_of(pattern);
  std::vector<const Node*> reached{&root_};
  for (std::size_t i = 0;; ++i) {
    for (const Node* node : reached) std::ranges::for_each(node->open, visit);
    if (i == parts.segments.size() || reached.empty()) break;
    const std::string_view segment = parts.segments[i];
    std::vector<const Node*> next;
    for (const Node* node : reached) {
      if (!is_glob(segment)) {
        const auto same = node->literals.find(segment);
        if (same != node->literals.end()) next.push_back(same->second.get());
      }
      // No glob takes an empty segment.
      if (segment.empty()) continue;
      for (const auto& [glob, child] : node->globs) {
        if (policy::glob_matches(glob, segment)) next.push_back(child.get());
      }
    }
    reached = std::move(next);
  }
  if (parts.is_open) return;
  for (const Node* node : reached) std::ranges::for_each(node->ended, visit);
}

}  // namespace larder::config
