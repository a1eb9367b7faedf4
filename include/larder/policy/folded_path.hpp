#pragma once

#include <larder/policy/route.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::policy {

/// How a path is written.
enum class PathSpelling {
  plain,    ///< it is its own folded form
  slashed,  ///< but for the slash at its end
  odd,      ///< it may be another one when folded
};

/// Told at a glance, by one look at each byte.
PathSpelling spelling_of(std::string_view path);

/// Whether the path could mean to the origin what no folding tells for sure: it holds `\`, control bytes or
/// dot segments (`..;x` too), plain or encoded, an encoded delimiter among `;params`, or an overlong UTF-8
/// sequence (cache deception, front-door.md).
bool is_ambiguous_path(std::string_view path);

/// What an origin makes of a path before it chooses who answers. They differ, and some do half of it.
struct Folding {
  bool undoes_delimiters = true;  ///< an encoded `/`, `\` or `;` is what it stands for
  bool ends_at_query = true;      ///< an encoded `?` or `#` ends the path
  bool cuts_parameters = true;    ///< `;` begins what is no part of a segment's name
};

/// What the path is to an origin that forgives everything, so that all spellings of one path meet here:
/// percent-encoding undone once (unreserved bytes, `/`, `;`, `\`; an encoded `?` or `#` ends the path), `\`
/// taken for `/`, `;params` and dots or encoded spaces at the end of a segment cut, dot segments removed,
/// slashes merged, the last one dropped, lower case. Or to one that does all of that but a part of `folding`.
std::string folded_path(std::string_view path, Folding folding = {});

/// A pattern that takes the folded forms of the paths that `pattern` takes, as far as its literal segments
/// tell.
PathPattern folded_pattern(const PathPattern& pattern, Folding folding = {});

/// Whether a route says what no other spelling of its paths may lead around.
bool is_protected(const Route& route);

/// The routes by their folded patterns, made once for each configuration. A path is looked up in each way in
/// which it may be folded: to an origin for which `/User/a%2Fb/mail` has three segments it is another one
/// than to an origin for which it has four.
class FoldedRoutes {
 public:
  FoldedRoutes() = default;
  explicit FoldedRoutes(const std::vector<Route>& routes);

  /// The number of the route that protects what a path means when folded: the first one whose folded pattern
  /// takes it, where that is a protected one. Its rules hold beside those of the route that the path itself
  /// met. A plain path has met its own route, and is looked up only where a protected route is written oddly.
  std::optional<std::size_t> protector_of(std::string_view method, std::string_view path,
                                          PathSpelling spelling) const;

 private:
  static constexpr std::array foldings{Folding{true, true, true},   Folding{true, true, false},
                                       Folding{true, false, true},  Folding{true, false, false},
                                       Folding{false, false, true}, Folding{false, false, false}};

  struct Entry {
    std::array<PathPattern, foldings.size()> patterns;  // by folding
    std::vector<std::string> methods;
    bool is_protected = false;
  };

  std::optional<std::size_t> protector_of(std::string_view method, std::string_view folded,
                                          std::size_t folding) const;

  bool has_odd_patterns_ = false;  // which differ from folding to folding
  bool plain_too_ = false;         // one of them is protected
  std::vector<Entry> entries_;     // up to the last protected route: what comes after it protects nothing
};

}  // namespace larder::policy
