#include "provoked_errors.hpp"

#include <algorithm>
#include <array>

namespace larder::policy {
namespace {

template <std::size_t Size>
bool is_listed(const std::array<int, Size>& statuses, int status) {
  return std::find(statuses.begin(), statuses.end(), status) != statuses.end();
}

// Below every limit that a server is known to have on a line or on a whole head.
constexpr std::size_t size_of_plain = 4096;

bool is_plain_byte(char c) {
  return c == '\t' || c == '\r' || c == '\n' || (c >= 0x20 && c <= 0x7E);
}

// Neither too large for any server nor with a byte that one could stumble over. Fields that override method
// or target are not sent on at all if the answer is shared.
bool is_plain(const http::RequestHead& request) {
  const std::string_view fields = request.fields.wire();
  return request.target.size() + fields.size() <= size_of_plain &&
         std::all_of(fields.begin(), fields.end(), is_plain_byte);
}

}  // namespace

// Row CPDoS of src/http1/README.md. What an origin answers to a plain request, with a lifetime that it states
// itself, is stored nevertheless if the status is about method, target or server: RFC 9111, section 3 allows
// it, http-cache-tests require it, and what the row guards against takes a request that is not plain.
// Statuses about a request's form are never stored.
bool may_be_provoked(const Route& route, const http::RequestHead& request, int status) {
  static constexpr std::array by_fields{400, 413, 417, 431};
  static constexpr std::array by_target{405, 414};
  if (is_listed(by_fields, status)) return true;
  // What of the target is in no key is sent on nevertheless.
  if (route.query.forward_all && is_listed(by_target, status)) return true;
  return (status >= 500 || is_listed(by_target, status)) && !is_plain(request);
}

}  // namespace larder::policy
