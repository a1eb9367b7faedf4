#pragma once

#include <larder/base/result.hpp>
#include <larder/base/task.hpp>
#include <larder/http/target.hpp>
#include <larder/pipeline/handler.hpp>
#include <larder/policy/route_table.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::warm {

/// Outcome of fetching a page.
enum class Outcome {
  fetched,   ///< from the origin, and kept
  unstored,  ///< from the origin, in vain: it is not kept
  fresh,     ///< it was in the cache, and stays there
  rejected,  ///< the origin has no such page: 4xx
  failed,    ///< an error that may pass
};

/// What the origin answers with, for reading it here.
struct Document {
  int status = 200;
  std::string location;  ///< of a redirection
};

/// Asks the cache as a client would: the same keys, the same rules, no upstream other than the route's.
class Fetcher {
 public:
  /// Both outlive the fetcher.
  Fetcher(pipeline::Handler& cache, const policy::RouteTable& routes) : cache_(cache), routes_(routes) {}

  /// Whether the GET of that target by the route's own rule meets this route and no other.
  bool is_of(const policy::Route& route, const http::Target& target) const;

  /// Has a page put into the cache; with `at_least`, what would not be fresh for that long is fetched again.
  /// `why` gets the word of Cache-Status for what is not stored, if there is one.
  Task<Outcome> warm(const policy::WarmRule& rule, http::Target page, std::optional<Seconds> at_least,
                     std::string& why) const;

  /// Takes some of a document and says whether it wants more.
  using Take = std::function<bool(std::string_view)>;

  /// Of any route that names an upstream; the content of a 200 goes to `take`, decompressed, in pieces of at
  /// most 64 KiB with requests between them. Error::too_large past `most` bytes, also of what they decompress
  /// to; Error::malformed if they do not.
  Task<Result<Document>> read(const policy::WarmRule& rule, http::Target page, std::size_t most,
                              Take take) const;

 private:
  pipeline::Request request_for(const policy::WarmRule& rule, http::Target page) const;

  pipeline::Handler& cache_;
  const policy::RouteTable& routes_;
};

}  // namespace larder::warm
