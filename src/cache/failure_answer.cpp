#include "failure_answer.hpp"

#include "serve.hpp"

#include <larder/pipeline/problem.hpp>
#include <larder/policy/failure.hpp>
#include <larder/policy/stale.hpp>

namespace larder::cache {
namespace {

pipeline::Response unanswered(const Transaction& transaction, const boost::system::error_code& error) {
  const bool must_validate = transaction.stored != nullptr && transaction.stored->lifetimes.must_revalidate();
  if (!must_validate) return pipeline::origin_problem(error);
  pipeline::Response answer =
      pipeline::problem(504, "What is stored must be validated, and the upstream does not answer.");
  answer.is_failure = true;
  return answer;
}

/// What the origin said was for the request that asked it.
pipeline::Response problem_of(const Transaction& transaction, const FillFailure& failure) {
  if (failure.is_busy) {
    pipeline::Response answer = pipeline::problem(503, "The upstream is busy.");
    answer.head.fields.add("Retry-After", "1");
    return answer;
  }
  if (failure.status == 0) return unanswered(transaction, failure.error);
  pipeline::Response answer = pipeline::problem(failure.status, "The upstream answered with an error.");
  if (!failure.retry_after.empty()) answer.head.fields.add("Retry-After", failure.retry_after);
  return answer;
}

/// Of an error that the upstream answered, which is_error_to_hide().
std::string_view cause_of(int status) {
  switch (status) {
    case 500:
      return "upstream-500";
    case 502:
      return "upstream-502";
    case 503:
      return "upstream-503";
    default:
      return "upstream-504";
  }
}

/// Why a stale response is served, if anybody wants to know.
void tell_cause(const Transaction& transaction, std::string_view cause) {
  if (transaction.request.telling != nullptr) transaction.request.telling->cause = cause;
}

}  // namespace

std::optional<pipeline::Response> stand_in(const Context& context, const Transaction& transaction,
                                           std::optional<int> origin_status, bool was_asked) {
  if (transaction.stored == nullptr) return std::nullopt;
  const store::StoredResponsePtr stored = store::as_judged(context.log, transaction.stored);
  const Time now = context.clock.now();
  std::optional<policy::Lifetimes> lifetimes;
  if (stored != nullptr) lifetimes = stored->lifetimes;
  const policy::FailureDecision decision =
      policy::decide_on_failure({.route = transaction.route(),
                                 .request = transaction.request.head,
                                 .status = origin_status,
                                 .stored = lifetimes ? &*lifetimes : nullptr,
                                 .knows_purges = trusts(transaction, context.log, *transaction.stored),
                                 .now = now});
  if (decision.action == policy::FailureDecision::Action::tell) return std::nullopt;
  Outcome outcome{.result = pipeline::CacheResult::stale, .origin_status = origin_status};
  if (was_asked) {
    outcome.why = transaction.why;
  } else {
    outcome.refusal = policy::Reason::busy;
  }
  if (origin_status) tell_cause(transaction, cause_of(*origin_status));
  return serve(transaction, stored, outcome, now);
}

pipeline::Response answer_failure(const Context& context, const Transaction& transaction,
                                  const FillFailure& failure, Outcome told) {
  std::optional<int> status;
  if (failure.status != 0) status = failure.status;
  std::optional<pipeline::Response> stale = stand_in(context, transaction, status, !failure.is_busy);
  if (stale) {
    if (!status && !failure.is_busy) {
      tell_cause(transaction, policy::token_of(policy::failure_reason(failure.error)));
    }
    return std::move(*stale);
  }
  if (failure.is_busy) told.refusal = policy::Reason::busy;
  if (failure.status == 0 && !failure.is_busy) told.refusal = policy::failure_reason(failure.error);
  return annotated(problem_of(transaction, failure), told);
}

}  // namespace larder::cache
