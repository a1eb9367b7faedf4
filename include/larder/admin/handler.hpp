#pragma once

#include <larder/admin/purge_request.hpp>
#include <larder/admin/stats.hpp>
#include <larder/admin/token.hpp>
#include <larder/base/log.hpp>
#include <larder/pipeline/handler.hpp>
#include <larder/policy/sites.hpp>
#include <larder/store/purge_log.hpp>

#include <memory>
#include <optional>

namespace larder::admin {

class LineBudget;

/// What the admin API reports on: the running program, or a test's stand-in.
class Instance {
 public:
  virtual ~Instance() = default;

  /// Gathers the figures of every thread.
  virtual Task<Stats> stats() = 0;

  /// Whether it no longer takes connections and is about to end.
  virtual bool is_draining() const = 0;

  /// The sites that requests go by now.
  virtual const policy::Sites& sites() const = 0;
};

/// The admin API, on a listener of its own.
///
///   GET /healthz  200 `ok`, or 503 while draining; to all, since a probe has no token and learns nothing
///   GET /stats    200 with figures (stats.hpp)
///   POST /purge   200 with the position in the purge log; 202 if the purge counts here and waits for
///                 Redis (purge_request.hpp)
///
/// Errors are problems (RFC 9457). If there is no token, everything but /healthz is refused to web pages
/// of other origins: any page may send requests to a loopback address. /healthz is answered whatever Host
/// says, since the probe of a load balancer or of a pod's sidecar need not name localhost.
/// Requests that change something need Content-Type: application/json.
class Handler final : public pipeline::Handler {
 public:
  Handler(Instance& instance, store::PurgeLog& purge_log, std::string_view token, Log& log);
  ~Handler() override;

  Task<Result<pipeline::Response>> handle(pipeline::Request& request) override;

 private:
  pipeline::Response health() const;
  Task<pipeline::Response> answer(pipeline::Request& request);
  Task<pipeline::Response> purge(pipeline::Request& request);
  Task<pipeline::Response> purge_now(PurgeRequest purge);
  void tell(const PurgeRequest& purge, const std::optional<store::Position>& position);

  Instance& instance_;
  store::PurgeLog& purge_log_;
  Token token_;
  Log& log_;
  std::unique_ptr<LineBudget> lines_;
};

}  // namespace larder::admin
