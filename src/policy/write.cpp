#include <larder/http/message.hpp>
#include <larder/policy/purge.hpp>

#include <algorithm>
#include <array>

namespace larder::policy {
namespace {

// A gateway further in had no answer, so the outcome of the request is unknown (RFC 9110, sections 15.6.3
// and 15.6.5).
bool is_unknown(const WriteOutcome& outcome) {
  return !outcome.status || *outcome.status == 502 || *outcome.status == 504;
}

bool is_success(int status) {
  return status >= 200 && status < 300;
}

// RFC 9110, section 9.3.5; RFC 4918, section 9.9 (its source goes with all that it holds); RFC 5842, sections
// 4 to 6: what becomes of which name in a collection stands in their content.
bool changes_below(std::string_view method) {
  static constexpr std::array methods{"DELETE", "MOVE", "BIND", "REBIND", "UNBIND"};
  return std::ranges::find(methods, method) != methods.end();
}

}  // namespace

bool is_for_caches(std::string_view method) {
  return method == "PURGE" || method == "BAN";
}

PurgeExtent decide_purging(std::string_view method, const WriteOutcome& outcome, const Statuses& on) {
  if (http::is_safe(method)) return {};
  const bool below = changes_below(method);
  if (is_unknown(outcome)) {
    if (!outcome.is_sent_whole) return {};
    return {.target = true, .related = true, .below = below, .again = true};
  }
  const int status = *outcome.status;
  const bool is_error = status < 200 || status >= 400;
  if (!on.contains(status) || !outcome.is_sent_whole) return {.target = !is_error};
  return {.target = true, .related = true, .below = below && is_success(status)};
}

}  // namespace larder::policy
