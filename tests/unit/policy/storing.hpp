#pragma once

#include "support.hpp"

#include <larder/policy/storing.hpp>

/// For the tests of what is stored, and for how long.
namespace larder::policy::test {

inline StoringDecision decide(const Route& route, std::string_view request, int status,
                              std::string_view response, std::string_view method = "GET") {
  const http::RequestHead request_head = request_of(method, request);
  const http::ResponseHead response_head = response_of(status, response);
  return decide_storing({route, request_head, response_head, noon, noon, Seconds{86'400}});
}

inline Route with_ttl(Milliseconds ttl = Seconds{60}) {
  Route route;
  route.ttl.plain = ttl;
  return route;
}

inline Route overriding() {
  Route route = with_ttl();
  route.override_origin = true;
  return route;
}

struct StoringCase {
  std::string request;
  int status;
  std::string response;
  Reason refusal;
};

/// Checks whether each is stored, or why not.
void check_storing(const Route& route, const std::vector<StoringCase>& cases);

inline const std::string fresh = "Cache-Control: max-age=60";
inline const std::string with_etag = "|ETag: \"a\"";

}  // namespace larder::policy::test
