#include <larder/policy/trace.hpp>

namespace larder::policy {

// A switch without default, so that the compiler asks for the sentence of a new rule.
std::string_view sentence_of(Rule rule) {
  switch (rule) {
    case Rule::shareable:
      return "the stored response may answer a request with these credentials";
    case Rule::no_cache:
      return "the stored response must be validated before each use (no-cache)";
    case Rule::request_no_cache:
      return "the request asks for validation (no-cache)";
    case Rule::request_max_age:
      return "the stored response is older than the request allows (max-age)";
    case Rule::request_min_fresh:
      return "the stored response stays fresh for less time than the request asks for (min-fresh)";
    case Rule::fresh:
      return "the stored response is fresh";
    case Rule::request_max_stale:
      return "the request accepts a response this stale (max-stale)";
    case Rule::stale_while_revalidate:
      return "the stored response may be served while it is refreshed (stale-while-revalidate)";
    case Rule::origin_hangs:
      return "the origin did not answer the last fetch in time";
    case Rule::stale_if_error:
      return "the stored response may be served in place of an error (stale-if-error)";
    case Rule::soft_purge:
      return "a soft purge made the stored response stale";
    case Rule::knows_purges:
      return "this instance knows every purge that could name the stored response";
    case Rule::only_if_cached:
      return "the request accepts a stored response only (only-if-cached)";
    case Rule::stored:
      return "a usable response is stored";
    case Rule::hidden_status:
      return "the origin gave no answer, or an error that a stale response may hide";
  }
  return {};
}

}  // namespace larder::policy
