#pragma once

#include <larder/policy/freshness.hpp>
#include <larder/policy/trace.hpp>

#include <optional>

namespace larder::policy {

/// What is known when a fetch has failed: the origin gave no answer, answered with an error, or was not asked
/// because it is busy.
struct FailureInput {
  const Route& route;
  const http::RequestHead& request;
  std::optional<int> status;  ///< of the origin's answer; nothing: it gave none
  const Lifetimes* stored;    ///< of what is stored for the request and not purged; nullptr: nothing is
  bool knows_purges;          ///< by this instance: else what is stored cannot be relied on
  Time now;
};

/// What a client gets when a fetch for it has failed.
struct FailureDecision {
  enum class Action {
    serve,  ///< what is stored, stale or not (RFC 5861, section 4)
    tell,   ///< the failure
  };
  Action action = Action::tell;
  Reason reason = Reason::none;  ///< why what is stored is not served
};

/// RFC 5861, section 4. Only for a stored response that decide_reuse() would not have withheld from the
/// request as another client's.
FailureDecision decide_on_failure(const FailureInput& input, Trace* trace = nullptr);

/// Whether a status is an error that a stale response may hide (RFC 5861, section 4): 500, 502, 503 or 504.
bool is_error_to_hide(int status);

/// Whether an answer says that the origin is in trouble for now, and says nothing about the resource: 429 and
/// 5xx.
bool is_passing_error(int status);

/// Whether a response of this status is an error that does not replace a good stored response which
/// may still be served stale (src/http1/README.md, CPDoS). That something is not there any more is not such
/// an error.
bool yields_to_stale(int status);

/// Whether a stored response keeps its place when the origin answers with `status`: it is not such an error
/// itself, and may still be served in place of one.
bool keeps_its_place(const Route& route, const http::RequestHead& request, int stored_status,
                     const Lifetimes& stored, int status, Time now);

}  // namespace larder::policy
