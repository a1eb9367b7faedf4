#include <larder/policy/route_tree.hpp>

namespace larder::policy {

void RouteTree::add(std::size_t number, const PathPattern& pattern) {
  const auto small = static_cast<Number>(number);
  Place place = 0;
  nodes_[place].least = std::min(nodes_[place].least, small);
  for (const PathPattern::Segment& segment : pattern.segments()) {
    place = child_of(place, segment);
    nodes_[place].least = std::min(nodes_[place].least, small);
  }
  Node& last = nodes_[place];
  (pattern.is_open_ended() ? last.open : last.whole).push_back(small);
}

RouteTree::Place RouteTree::child_of(Place parent, const PathPattern::Segment& segment) {
  const auto next = static_cast<Place>(nodes_.size());
  Place child = next;
  Node& node = nodes_[parent];
  if (segment.kind == PathPattern::Segment::Kind::literal) {
    child = node.literals.try_emplace(segment.text, next).first->second;
  } else if (segment.kind == PathPattern::Segment::Kind::capture || segment.text == "*") {
    if (node.any == 0) node.any = next;
    child = node.any;
  } else {
    const auto same = std::ranges::find(node.globs, segment.text, &std::pair<std::string, Place>::first);
    if (same == node.globs.end()) {
      node.globs.emplace_back(segment.text, next);
    } else {
      child = same->second;
    }
  }
  if (child == next) nodes_.emplace_back();
  return child;
}

/// As in a path, a name as the star that it stands for.
std::string RouteTree::joined_segments(const PathPattern& pattern) {
  std::string joined;
  for (const PathPattern::Segment& segment : pattern.segments()) {
    if (&segment != &pattern.segments().front()) joined += '/';
    joined += segment.kind == PathPattern::Segment::Kind::capture ? "*" : segment.text;
  }
  return joined;
}

}  // namespace larder::policy
