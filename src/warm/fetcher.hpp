#pragma once

#include <larder/base/result.hpp>
#include <larder/base/task.hpp>
#include <larder/http/target.hpp>
#include <larder/pipeline/handler.hpp>
#include <larder/policy/route_table.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace larder::warm {

/// Outcome of fetching a page.
enum class Outcome {
  fetched,   ///< from the origin
  fresh,     ///< it was in the cache, and stays there
  rejected,  ///< the origin has no such page: 4xx
  failed,    ///< an error that may pass
};

/// Asks the cache as a client would: the same keys, the same rules, no upstream other than the route's.
class Fetcher {
 public:
  /// Both outlive the fetcher.
  Fetcher(pipeline::Handler& cache, const policy::RouteTable& routes)
      : cache_(cache), routes_(routes) {}

  /// Whether a GET of that target meets this route and no other.
  bool is_of(const policy::Route& route, const http::Target& target) const;

  /// Has a page put into the cache; with `at_least`, what would not be fresh for that long is fetched again.
  Task<Outcome> warm(const policy::WarmRule& rule, http::Target page, std::optional<Seconds> at_least) const;

  /// The content of a 200, for reading it here: of any route that names an upstream. Error::too_large past
  /// `most` bytes, Error::refused for another status.
  Task<Result<std::string>> read(const policy::WarmRule& rule, http::Target page, std::size_t most) const;

 private:
  pipeline::Request request_for(const policy::WarmRule& rule, http::Target page) const;

  pipeline::Handler& cache_;
  const policy::RouteTable& routes_;
};

}  // namespace larder::warm
