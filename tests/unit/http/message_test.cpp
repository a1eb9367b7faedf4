#include <larder/http/message.hpp>

#include <doctest/doctest.h>

namespace larder::message_test {

using namespace larder::http;

TEST_CASE("registered status codes have their reason phrase, others none") {
  CHECK(reason_phrase(100) == "Continue");
  CHECK(reason_phrase(200) == "OK");
  CHECK(reason_phrase(304) == "Not Modified");
  CHECK(reason_phrase(431) == "Request Header Fields Too Large");
  CHECK(reason_phrase(511) == "Network Authentication Required");
  for (const int status : {0, 99, 199, 306, 418, 599, 999}) CHECK(reason_phrase(status).empty());
}

TEST_CASE("safe and idempotent methods (RFC 9110, sections 9.2.1 and 9.2.2)") {
  struct Case {
    const char* method;
    bool safe, idempotent;
  };
  for (const auto& [method, safe, idempotent] :
       {Case{"GET", true, true}, Case{"HEAD", true, true}, Case{"OPTIONS", true, true},
        Case{"TRACE", true, true}, Case{"PUT", false, true}, Case{"DELETE", false, true},
        Case{"POST", false, false}, Case{"PATCH", false, false}, Case{"CONNECT", false, false},
        Case{"get", false, false}, Case{"PURGE", false, false}, Case{"", false, false}}) {
    CAPTURE(method);
    CHECK(is_safe(method) == safe);
    CHECK(is_idempotent(method) == idempotent);
  }
}

}  // namespace larder::message_test
