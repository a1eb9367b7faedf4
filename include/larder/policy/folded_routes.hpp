#pragma once

#include <larder/policy/folded_path.hpp>
#include <larder/policy/route.hpp>
#include <larder/policy/route_index.hpp>
#include <larder/policy/when.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::policy {

/// Whether a route answers some requests itself: `access`, `respond`, `redirect`.
bool is_guard(const Route& route);

/// Whether a route has a rule that no other spelling of its paths may lead around.
bool is_protected(const Route& route);

/// Whether it passes requests by `bypass`, which no other spelling of its paths may lead around either.
bool has_bypass(const Route& route);

/// Folding and looking a path up costs as much as so many bytes at the most, a segment counted as 16 of them,
/// for each way in which it may be folded.
inline constexpr std::size_t longest_folding = 32 * 1024;

/// The routes by their folded patterns, made once for each configuration. A path is looked up in each way in
/// which it may be folded: to an origin for which `/User/a%2Fb/mail` has three segments it is another one
/// than to an origin for which it has four.
class FoldedRoutes {
 public:
  FoldedRoutes() = default;
  /// `is_meant`: which of them count as protected.
  explicit FoldedRoutes(const std::vector<Route>& routes, bool (*is_meant)(const Route&) = is_protected);

  /// The number of the route that protects what a path means when folded: the first protected one whose
  /// folded pattern takes it, unless a cacheable one before it takes the folded path by its own pattern, as
  /// it would a request for that path. Its rules hold beside those of the route that the path itself met. A
  /// plain path has met its own route, and is looked up only if a protected route is written oddly. A path
  /// too long to be folded (longest_folding) may be any: the first protected one is its protector; and one
  /// that may begin with an authority may be of any host. A route with `when` counts, either way, if that
  /// holds; of a path in which an origin may find the query, a protected one if it may. `met`: the route that
  /// the path itself met, which does not protect it from itself.
  std::optional<std::size_t> protector_of(const RouteInput& input, const http::Target& target,
                                          PathSpelling spelling, std::size_t met = RouteIndex::none) const;

  bool empty() const { return protected_.empty(); }

 private:
  static constexpr std::array foldings{
      Folding{true, true, Parameters::cut},       Folding{true, true, Parameters::kept},
      Folding{true, true, Parameters::end_path},  Folding{true, false, Parameters::cut},
      Folding{true, false, Parameters::kept},     Folding{true, false, Parameters::end_path},
      Folding{false, false, Parameters::cut},     Folding{false, false, Parameters::kept},
      Folding{false, false, Parameters::end_path}};

  struct Conditions {
    std::vector<std::string> methods;
    WhenRule when;
  };

  std::optional<std::size_t> protector_in(const RouteIndex& index, const RouteInput& input,
                                          const http::Target& target, std::string_view folded,
                                          std::size_t met) const;
  std::optional<std::size_t> protector_of_odd(const RouteInput& input, const http::Target& target,
                                              std::size_t met) const;
  std::optional<std::size_t> protector_as_seen(const RouteInput& input, const http::Target& target,
                                               const FoldingMarks& marks, bool drops_authority,
                                               bool keeps_dots, std::size_t met) const;
  static std::size_t first_like(std::size_t folding, const FoldingMarks& marks);
  static bool is_past_bounds(std::string_view path, const FoldingMarks& marks);

  std::size_t first_protected_ = RouteIndex::none;
  std::size_t second_protected_ = RouteIndex::none;
  bool plain_too_ = false;                    // a protected pattern is written oddly
  std::vector<RouteIndex> protected_;         // by folding; one for all if no pattern is written oddly
  std::optional<std::size_t> of_some_hosts_;  // the first protected route that is not of all hosts
  RouteIndex cacheable_;                      // as written, up to the last protected route
  std::vector<Conditions> conditions_;        // of each of those routes
};

}  // namespace larder::policy
