#include <larder/policy/route_tree.hpp>

namespace larder::policy {
namespace {

using SegmentKind = PathPattern::Segment::Kind;

std::string glob_of_capture(const PathPattern::Segment& segment, char by) {
  return segment.before + by + segment.after;
}

}  // namespace

void RouteTree::add(std::size_t number, const PathPattern& pattern) {
  const auto small = static_cast<Number>(number);
  std::size_t left = pattern.segments().size();
  const auto pass = [&](Node& node) {
    node.least = std::min(node.least, small);
    if (pattern.is_open_ended()) {
      node.least_open = std::min(node.least_open, small);
    } else {
      node.deepest = std::max(node.deepest, static_cast<std::uint32_t>(left));
    }
  };
  Place place = 0;
  pass(nodes_[place]);
  for (const PathPattern::Segment& segment : pattern.segments()) {
    place = child_of(place, segment);
    --left;
    pass(nodes_[place]);
  }
  Node& last = nodes_[place];
  (pattern.is_open_ended() ? last.open : last.whole).push_back(small);
}

RouteTree::Place RouteTree::child_of(Place parent, const PathPattern::Segment& segment) {
  const auto next = static_cast<Place>(nodes_.size());
  Place& child = *place_of(nodes_[parent], segment);
  if (child != 0) return child;
  child = next;
  nodes_.emplace_back();
  return next;
}

/// Where the node has its child for the segment; 0 stands there if there is none yet.
RouteTree::Place* RouteTree::place_of(Node& node, const PathPattern::Segment& segment) {
  if (segment.kind == SegmentKind::literal) return &node.literals[segment.text];
  if (segment.kind == SegmentKind::rest) return &node.rest;
  if (segment.kind == SegmentKind::gap) return &node.gap;
  const bool is_capture = segment.kind == SegmentKind::capture;
  std::string text = is_capture ? glob_of_capture(segment, '*') : segment.text;
  if (text == "*") return &node.any;
  const auto same = std::ranges::find_if(
      node.globs, [&](const Glob& glob) { return glob.text == text && glob.fills_star == is_capture; });
  if (same != node.globs.end()) return &same->child;
  return &node.globs.emplace_back(std::move(text), is_capture).child;
}

/// A star of the other pattern may stand for nothing; it must then be in one of this glob's.
bool RouteTree::Glob::takes(std::string_view segment, bool is_pattern) const {
  if (!glob_matches(text, segment)) return false;
  if (!fills_star) return true;
  const auto empty = is_pattern ? std::ranges::count(segment, '*') : 0;
  return segment.size() - static_cast<std::size_t>(empty) >= text.size();
}

/// As in a path, with what is not known of it.
std::string RouteTree::joined_segments(const PathPattern& pattern) {
  std::string joined;
  for (const PathPattern::Segment& segment : pattern.segments()) {
    joined += '/';
    if (segment.kind == SegmentKind::capture) {
      joined += glob_of_capture(segment, some_letters);
    } else if (segment.kind == SegmentKind::gap) {
      joined += any_segments;
    } else if (segment.kind == SegmentKind::rest) {
      joined.append(1, some_letters).append("/").append(filled_segments);
    } else if (segment.kind == SegmentKind::glob && segment.text == "*") {
      joined += some_letters;
    } else {
      joined += segment.text;
    }
  }
  return joined;
}

}  // namespace larder::policy
