#include <larder/policy/folded_routes.hpp>

#include <algorithm>

namespace larder::policy {
namespace {

// Whether both make the same of a path with those marks.
bool fold_alike(Folding a, Folding b, const FoldingMarks& marks) {
  if (marks.delimiters && a.undoes_delimiters != b.undoes_delimiters) return false;
  if (marks.ends && a.ends_at_query != b.ends_at_query) return false;
  return !marks.parameters || a.parameters == b.parameters;
}

// Whether an origin may read some of a path as the query: what follows an encoded "?", or a semicolon.
bool holds_query(std::string_view path) {
  const FoldingMarks marks = folding_marks(path);
  return marks.ends || marks.parameters;
}

}  // namespace

bool is_guard(const Route& route) {
  return route.access || route.respond;
}

bool is_protected(const Route& route) {
  return !route.cache || is_guard(route);
}

bool has_bypass(const Route& route) {
  return route.bypass && *route.bypass != BypassRule();
}

FoldedRoutes::FoldedRoutes(const std::vector<Route>& routes, bool (*is_meant)(const Route&)) {
  const auto last = std::find_if(routes.rbegin(), routes.rend(), is_meant).base();
  if (last == routes.begin()) return;
  plain_too_ = std::any_of(routes.begin(), last, [is_meant](const Route& route) {
    return is_meant(route) && std::ranges::any_of(route.patterns, is_oddly_written);
  });
  protected_.resize(plain_too_ ? foldings.size() : 1);
  for (auto route = routes.begin(); route != last; ++route) {
    const auto number = static_cast<std::size_t>(route - routes.begin());
    conditions_.push_back({route->methods, route->when});
    if (is_meant(*route)) {
      if (first_protected_ == RouteIndex::none) {
        first_protected_ = number;
      } else if (second_protected_ == RouteIndex::none) {
        second_protected_ = number;
      }
      if (!route->hosts.empty() && !of_some_hosts_) of_some_hosts_ = number;
    }
    for (const PathPattern& pattern : route->patterns) {
      if (!is_meant(*route)) {
        cacheable_.add(number, route->hosts, pattern);
        continue;
      }
      for (std::size_t i = 0; i < protected_.size(); ++i) {
        protected_[i].add(number, route->hosts, folded_pattern(pattern, foldings[i]));
      }
    }
  }
}

std::optional<std::size_t> FoldedRoutes::protector_of(const RouteInput& input, const http::Target& target,
                                                      PathSpelling spelling, std::size_t met) const {
  if (protected_.empty()) return std::nullopt;
  if (spelling == PathSpelling::plain && !plain_too_) return std::nullopt;
  if (spelling == PathSpelling::odd) return protector_of_odd(input, target, met);
  const std::string_view path = target.path;
  return protector_in(protected_.front(), input, target,
                      path.substr(0, path.size() - (spelling == PathSpelling::slashed)), met);
}

/// The first folding that makes the same of a path with those marks as that one does.
std::size_t FoldedRoutes::first_like(std::size_t folding, const FoldingMarks& marks) {
  std::size_t first = 0;
  while (!fold_alike(foldings[first], foldings[folding], marks)) ++first;
  return first;
}

bool FoldedRoutes::is_past_bounds(std::string_view path, const FoldingMarks& marks) {
  constexpr std::size_t bytes_a_segment = 16;
  const std::size_t cost = path.size() + bytes_a_segment * marks.segments;
  if (cost * 4 * foldings.size() <= longest_folding) return false;
  std::size_t ways = 0;
  for (std::size_t i = 0; i < foldings.size(); ++i) ways += first_like(i, marks) == i ? 1 : 0;
  if (may_have_authority(path)) ways *= 2;
  if (has_dot(path)) ways *= 2;
  return ways * cost > longest_folding;
}

std::optional<std::size_t> FoldedRoutes::protector_of_odd(const RouteInput& input, const http::Target& target,
                                                          std::size_t met) const {
  const std::string& path = target.path;
  const FoldingMarks marks = folding_marks(path);
  if (is_past_bounds(path, marks)) {
    const std::size_t number = first_protected_ == met ? second_protected_ : first_protected_;
    return number == RouteIndex::none ? std::nullopt : std::optional(number);
  }
  if (of_some_hosts_ && of_some_hosts_ != met && may_have_authority(path)) return of_some_hosts_;
  for (const bool drops_authority : {false, true}) {
    if (drops_authority && !may_have_authority(path)) break;
    for (const bool keeps_dots : {false, true}) {
      if (keeps_dots && !has_dot(path)) break;
      const auto protector = protector_as_seen(input, target, marks, drops_authority, keeps_dots, met);
      if (protector) return protector;
    }
  }
  return std::nullopt;
}

std::optional<std::size_t> FoldedRoutes::protector_as_seen(const RouteInput& input,
                                                           const http::Target& target,
                                                           const FoldingMarks& marks, bool drops_authority,
                                                           bool keeps_dots, std::size_t met) const {
  const std::string& path = target.path;
  // Most odd paths only have capital letters, which every origin folds alike.
  const bool is_read_one_way = !plain_too_ && !marks.delimiters && !marks.ends && !marks.parameters;
  const std::size_t ways = is_read_one_way ? 1 : foldings.size();
  std::array<std::string, foldings.size()> seen;
  for (std::size_t i = 0; i < ways; ++i) {
    const std::size_t first = first_like(i, marks);
    if (first != i && !plain_too_) continue;
    if (first == i) {
      Folding folding = foldings[i];
      folding.drops_authority = drops_authority;
      folding.keeps_dots = keeps_dots;
      seen[i] = folded_path(path, folding);
    }
    const auto protector = protector_in(protected_[plain_too_ ? i : 0], input, target, seen[first], met);
    if (protector) return protector;
  }
  return std::nullopt;
}

std::optional<std::size_t> FoldedRoutes::protector_in(const RouteIndex& index, const RouteInput& input,
                                                      const http::Target& target, std::string_view folded,
                                                      std::size_t met) const {
  const auto takes = [&](const Conditions& route) {
    return takes_method(route.methods, input.method) && holds_by_fields(route.when, *input.fields);
  };
  const auto shields = [&](std::size_t number) {
    const Conditions& route = conditions_[number];
    if (!takes(route) || !holds_by_query(route.when, target)) return false;
    return route.when.query.empty() || !holds_query(target.path);
  };
  const auto protects = [&](std::size_t number) {
    const Conditions& route = conditions_[number];
    return takes(route) && (holds_by_query(route.when, target) || holds_query(target.path));
  };
  const auto shield = cacheable_.first_of(target, folded, shields);
  const auto first = index.first_of(target, folded, protects, shield.value_or(RouteIndex::none));
  return first == met ? std::nullopt : first;
}

}  // namespace larder::policy
