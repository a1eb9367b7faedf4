#pragma once

#include <larder/base/bytes.hpp>
#include <larder/base/result.hpp>
#include <larder/base/task.hpp>
#include <larder/http/message.hpp>
#include <larder/http/target.hpp>
#include <larder/pipeline/body.hpp>
#include <larder/pipeline/departure.hpp>
#include <larder/pipeline/interim.hpp>
#include <larder/pipeline/tunnel.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace larder::policy {
struct Route;
}

namespace larder::pipeline {

/// What the cache did, the first word of X-Cache.
enum class CacheResult { none, hit, miss, stale, revalidated, bypass };

/// How far a request went on its way to the server that answers it. It outlives the request, whose content
/// may still be on its way when the answer comes.
struct Delivery {
  bool is_whole = false;  ///< all of it was sent; set by the sender, by any of several attempts
};

/// What the handlers tell about a request while they answer it, to whoever writes that down.
struct Telling {
  std::string route;                      ///< its name; empty if none takes the request
  std::chrono::microseconds upstream{0};  ///< how long the upstream took until its response's head
  std::string_view cause;  ///< why the upstream's own response is not served, if it is a stale one
};

/// The route of a request that met it by fields (policy/when.hpp), which may be taken out on the way: it is
/// not to be looked for again.
struct Routing {
  std::string vary{};  ///< those fields, for clients; empty: there are none, and what is left tells the route
  const policy::Route* route = nullptr;
  std::shared_ptr<const void> settings{};  ///< of which it is one, from answer_now() to handle()
  bool is_open = false;  ///< nothing keeps it from being answered from cache: that was looked at before
};

/// A request on its way through the handlers, valid in every respect src/http1/README.md names.
struct Request {
  http::RequestHead head;
  http::Target target;
  Body body;
  std::string client_address;          ///< without the port
  bool is_seen_through = false;        ///< trusted proxies have been asked for that, scheme and host
  bool is_by_proxy = false;            ///< a trusted one sent it
  std::string signed_authority;        ///< what a signed request names, where its site is called otherwise
  std::string upstream;                ///< the name of the upstream that answers it, once the route is known
  std::shared_ptr<Delivery> delivery;  ///< if it is of interest
  Departure* departure = nullptr;      ///< of its client, if it is served for that client only
  InterimSink* interim = nullptr;      ///< of its client, if that knows interim responses
  SteadyTime answer_by = SteadyTime::max();  ///< else it fails: Error::timeout
  bool is_warming = false;                   ///< it is sent to have its answer stored
  bool opens_websocket = false;              ///< as a client asked and its route allows: 101 may answer it
  Telling* telling = nullptr;                ///< nullptr: nobody wants to know
  Routing routing;                           ///< once the cache has found it
  std::string unseen_cookies;  ///< names that the route ignores and were taken out, a `;` behind each
};

/// A response on its way back. Its field lines are `shared_lines`, which a stored response lends and which
/// are not copied, then `head.fields`. Framing fields and Connection are the writer's, not the handlers'.
struct Response {
  http::ResponseHead head;
  Bytes shared_lines;  ///< as http::FieldList::of_wire() reads them; with a Date, if there are any
  Body body;
  CacheResult cache_result = CacheResult::none;
  std::string_view reason;  ///< policy::token_of() why it was not served from cache, or not stored
  bool is_stored = false;   ///< it came from the origin, and is kept
  /// What Content-Length says of a response to HEAD, or of a 304, if `body` does not.
  std::optional<std::uint64_t> described_length;
  /// If `head` is a 101: what the connection is passed on to. Upgrade and Connection are the writer's.
  std::unique_ptr<Tunnel> tunnel;
  /// The client's connection ends with it: after an anomaly nothing on it can be trusted
  /// (src/http1/README.md).
  bool closes = false;
  bool is_failure = false;  ///< made here because there is none by the upstream

  /// As if it were new, but keeping the memory of its field lines.
  void clear() {
    http::FieldList lines = std::move(head.fields);
    lines.clear();
    *this = Response();
    head.fields = std::move(lines);
  }
};

/// What answers requests: the cache, the origin, a layer around another handler, a test's fake origin.
class Handler {
 public:
  virtual ~Handler() = default;

  /// Answers at once if that takes no waiting, and returns whether it did: the hit path. The answer is the
  /// one that handle() would give, written into `response`, which comes clear. If there is none, handle()
  /// is to be called with the same request.
  virtual bool answer_now(Request& request, Response& response) {
    static_cast<void>(request), static_cast<void>(response);
    return false;
  }

  /// An error means that there is no response; the errors layer makes a problem of it. `request` outlives
  /// the call; its body is taken by the handler that sends it on.
  virtual Task<Result<Response>> handle(Request& request) = 0;
};

}  // namespace larder::pipeline
