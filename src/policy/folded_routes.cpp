#include <larder/policy/folded_routes.hpp>

#include <algorithm>

namespace larder::policy {
bool is_protected(const Route& route) {
  return !route.cache;
}

FoldedRoutes::FoldedRoutes(const std::vector<Route>& routes) {
  const auto last = std::find_if(routes.rbegin(), routes.rend(), is_protected).base();
  if (last == routes.begin()) return;
  plain_too_ = std::any_of(routes.begin(), last, [](const Route& route) {
    return is_protected(route) && is_oddly_written(route.pattern);
  });
  protected_.resize(plain_too_ ? foldings.size() : 1);
  for (auto route = routes.begin(); route != last; ++route) {
    const auto number = static_cast<std::size_t>(route - routes.begin());
    methods_.push_back(route->methods);
    if (!is_protected(*route)) {
      cacheable_.add(number, route->pattern);
      continue;
    }
    for (std::size_t i = 0; i < protected_.size(); ++i) {
      protected_[i].add(number, folded_pattern(route->pattern, foldings[i]));
    }
  }
}

std::optional<std::size_t> FoldedRoutes::protector_of(std::string_view method, std::string_view path,
                                                      PathSpelling spelling) const {
  if (protected_.empty()) return std::nullopt;
  if (spelling == PathSpelling::plain && !plain_too_) return std::nullopt;
  if (spelling == PathSpelling::odd) return protector_of_odd(method, path);
  return protector_in(protected_.front(), method,
                      path.substr(0, path.size() - (spelling == PathSpelling::slashed)));
}

std::optional<std::size_t> FoldedRoutes::protector_of_odd(std::string_view method,
                                                          std::string_view path) const {
  for (const bool drops_authority : {false, true}) {
    if (drops_authority && !may_have_authority(path)) break;
    for (const bool keeps_dots : {false, true}) {
      if (keeps_dots && !has_dot(path)) break;
      const auto protector = protector_as_seen(method, path, drops_authority, keeps_dots);
      if (protector) return protector;
    }
  }
  return std::nullopt;
}

std::optional<std::size_t> FoldedRoutes::protector_as_seen(std::string_view method, std::string_view path,
                                                           bool drops_authority, bool keeps_dots) const {
  // Most odd paths only have capital letters, which every origin folds alike.
  const bool is_simple = !plain_too_ && path.find('%') == path.npos && path.find(';') == path.npos;
  const std::size_t ways = is_simple ? 1 : foldings.size();
  std::array<std::string, foldings.size()> seen;
  for (std::size_t i = 0; i < ways; ++i) {
    Folding folding = foldings[i];
    folding.drops_authority = drops_authority;
    folding.keeps_dots = keeps_dots;
    seen[i] = folded_path(path, folding);
    const auto end = seen.begin() + static_cast<std::ptrdiff_t>(i);
    if (!plain_too_ && std::find(seen.begin(), end, seen[i]) != end) continue;
    const auto protector = protector_in(protected_[plain_too_ ? i : 0], method, seen[i]);
    if (protector) return protector;
  }
  return std::nullopt;
}

std::optional<std::size_t> FoldedRoutes::protector_in(const RouteTree& tree, std::string_view method,
                                                      std::string_view folded) const {
  const auto takes = [&](std::size_t number) { return takes_method(methods_[number], method); };
  const auto shield = cacheable_.first_of(folded, takes);
  return tree.first_of(folded, takes, shield.value_or(RouteTree::none));
}

}  // namespace larder::policy
