#pragma once

#include <larder/policy/folded_routes.hpp>
#include <larder/policy/route.hpp>
#include <larder/policy/route_index.hpp>
#include <larder/policy/url_forms.hpp>
#include <larder/policy/when.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::policy {

/// A route and what its pattern captured in one path.
struct RouteMatch {
  const Route* route = nullptr;
  Captures captures;
};

/// The route of one request, and what of the request it was chosen by.
struct RouteChoice {
  const Route* route = nullptr;
  /// `X-Version, Cookie`: with others of these fields it might have been another route, by its own `when` or
  /// by that of an earlier one.
  std::string vary{};
};

/// The routes of one configuration, compiled for lookups. The first that matches wins.
class RouteTable {
 public:
  RouteTable() = default;
  RouteTable(std::vector<Route> routes);

  /// nullptr if none matches.
  const Route* find(const RouteInput& input, const http::Target& target) const {
    return find_at(target.path, input, target);
  }

  /// The same with what it goes by.
  RouteChoice choose(const RouteInput& input, const http::Target& target) const;

  /// The same as find() with its captures; nothing if none matches.
  std::optional<RouteMatch> match(const RouteInput& input, const http::Target& target) const;

  /// As find(), as if the target had this path.
  const Route* find_at(std::string_view path, const RouteInput& input, const http::Target& target) const;

  /// Whether a request that meets `route` may be given what is stored for GET, and may store for it: a GET
  /// like it would meet the same route, or neither of the two has a `when`.
  bool shares_with_get(const Route& route, const RouteInput& input, const http::Target& target) const;

  const FoldedRoutes& folded() const { return folded_; }

  /// A route with `bypass` that the path means when folded, if it is another one than `route`.
  const Route* other_with_bypass(const Route& route, const RouteInput& input, const http::Target& target,
                                 PathSpelling spelling) const;

  const UrlSuffixes& suffixes() const { return suffixes_; }

  /// Whether some route answers requests itself.
  bool has_guards() const { return has_own_answers_; }

  /// A guard (is_guard()) that the path means when folded, if it is another one than `route`.
  const Route* other_guard(const Route& route, const RouteInput& input, const http::Target& target) const {
    return guards_.empty() ? nullptr : other_of(guards_, route, input, target, spelling_of(target.path));
  }

  /// The same of all that are protected: what the request gets is not stored.
  const Route* other_protected(const Route& route, const RouteInput& input, const http::Target& target,
                               PathSpelling spelling) const {
    return other_of(folded_, route, input, target, spelling);
  }

  const std::vector<Route>& list() const { return routes_; }

  auto begin() const { return routes_.begin(); }
  auto end() const { return routes_.end(); }
  std::size_t size() const { return routes_.size(); }

 private:
  const Route* other_of(const FoldedRoutes& folded, const Route& route, const RouteInput& input,
                        const http::Target& target, PathSpelling spelling) const;

  std::vector<Route> routes_;
  bool has_when_ = false;                         // some route
  bool has_own_answers_ = false;                  // some route
  std::vector<std::vector<std::string>> fields_;  // what some `when` looks at
  std::vector<std::size_t> fields_of_;            // by route, the place there of its own
  RouteIndex index_;
  FoldedRoutes folded_;
  FoldedRoutes bypassing_;
  UrlSuffixes suffixes_;
  FoldedRoutes guards_;
};

/// Gives a route that requests meet where none of the table takes them what those of the table have.
void put_behind(const RouteTable& routes, Route& route);

}  // namespace larder::policy
