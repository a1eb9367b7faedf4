#include "sections.hpp"

#include <algorithm>
#include <array>

namespace larder::config {
namespace {

using policy::Route;

/// Segments below which APIs are known to be queried by POST: GraphQL, Prometheus and kin, Elasticsearch,
/// JSON-RPC.
constexpr std::array<std::string_view, 12> queried_by_post{
    "graphql", "gql",      "query",  "query_range", "query_exemplars", "series",
    "_search", "_msearch", "_count", "_mget",       "jsonrpc",         "json-rpc"};

bool names_a_query(std::string_view match) {
  while (!match.empty()) {
    const std::size_t slash = std::min(match.find('/'), match.size());
    if (std::ranges::find(queried_by_post, match.substr(0, slash)) != queried_by_post.end()) return true;
    match.remove_prefix(std::min(slash + 1, match.size()));
  }
  return false;
}

}  // namespace

void warn_where_reading_purges(const Value& value, const Route& route, const std::vector<Route>& earlier) {
  const bool purges = route.cache && !route.purge.none && policy::takes_method(route.methods, "POST");
  // Who names what a POST purges beside its URL knows that it does.
  const bool is_meant = !route.purge.urls.empty() || !route.purge.tags.empty();
  if (!purges || is_meant) return;
  const auto query = std::ranges::find_if(route.match, names_a_query);
  if (query == route.match.end()) return;
  const bool is_settled = std::ranges::any_of(earlier, [&route](const Route& one) {
    return one.match == route.match && one.hosts == route.hosts &&
           policy::takes_method(one.methods, "POST") && (one.when.empty() || one.when == route.when);
  });
  if (is_settled) return;
  value.warning("each POST purges what GETs have stored here: if POSTs only read, put {match: " +
                quoted(*query) + ", methods: [POST], purge: none} before it");
}

}  // namespace larder::config
