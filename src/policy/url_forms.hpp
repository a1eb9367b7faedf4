#pragma once

#include <larder/policy/route.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace larder::policy {

/// What the route's match has behind the last dot of a path, with the dot: `.json` of `/posts/{id}.json`.
std::vector<std::string> suffixes_of(const Route& route);

/// The other URLs of one resource and of its collection that differ by such a suffix alone.
struct UrlForms {
  std::vector<std::string> items;    ///< `/posts/5` and `/posts/5.json` are forms of each other
  std::vector<std::string> parents;  ///< `/posts.json` beside `/posts`
};

/// Those of a path: the suffix that it has itself, whatever that is, and the route's.
UrlForms forms_of(std::string_view path, const Route& route);

}  // namespace larder::policy
