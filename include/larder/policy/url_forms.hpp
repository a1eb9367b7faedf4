#pragma once

#include <larder/http/target.hpp>
#include <larder/policy/route_index.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace larder::policy {

/// The other URLs of one resource, and of its collection, that differ by a suffix of their last segment
/// alone.
struct UrlForms {
  std::vector<std::string> items;    ///< `/posts/5` and `/posts/5.json` are forms of each other
  std::vector<std::string> parents;  ///< `/posts.json` beside `/posts`
};

/// Which paths have forms by the patterns of routes: `/posts/{id}.json` says that what it takes is one of
/// what it takes without `.json`. What else a pattern needs, as a method, does not matter.
class UrlSuffixes {
 public:
  void add(std::size_t number, const std::vector<HostPattern>& hosts, const PathPattern& pattern);

  /// The forms of a path at that host: without the suffix that it has itself, whatever that is; with another
  /// one if a pattern takes it so; the suffixes of both at its parent.
  UrlForms forms_of(const http::Target& at, std::string_view path) const;

 private:
  std::map<std::string, RouteIndex, std::less<>> by_suffix_;
};

}  // namespace larder::policy
