#include "support.hpp"

#include <larder/http/fault.hpp>
#include <larder/policy/forwarding.hpp>
#include <larder/policy/loop.hpp>
#include <larder/policy/stale.hpp>

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::policy;
using namespace larder::policy::test;

namespace {

constexpr std::string_view own_mark = "larder-0123456789abcdef";

std::string times(int count, std::string_view member) {
  std::string list;
  for (int i = 0; i < count; ++i) list.append(i == 0 ? "" : ", ").append(member);
  return list;
}

}  // namespace

TEST_CASE("a request with our mark has been here (RFC 8586, section 2)") {
  struct Case {
    std::string fields;
    bool is_loop;
  };
  const std::vector<Case> cases{
      {"", false},
      {"CDN-Loop: larder-0123456789abcdef", true},
      {"cdn-loop: larder-0123456789abcdef; hops=1", true},
      {"CDN-Loop: cdn.example, larder-fedcba9876543210 , larder-0123456789abcdef", true},
      {"CDN-Loop: cdn.example|CDN-Loop: larder-0123456789abcdef", true},
      {"CDN-Loop: larder-fedcba9876543210", false},
      {"CDN-Loop: larder-0123456789abcdef0", false},
      {"CDN-Loop: xlarder-0123456789abcdef", false},
      {"CDN-Loop: cdn.example; by=\"larder-0123456789abcdef\"", false},
      {"CDN-Loop: larder", false},
      {"Via: 1.1 larder, 1.1 larder, 1.1 larder", false},
      {"Via: larder-0123456789abcdef", false},
      {"CDN-Loop: " + times(15, "larder-a"), false},
      {"CDN-Loop: " + times(16, "larder-a"), true},
      {"CDN-Loop: " + times(100, "cdn.example"), false},
      {"Via: " + times(15, "1.1 larder"), false},
      {"Via: " + times(16, "1.1 larder"), true},
      {"Via: " + times(16, "HTTP/1.1 larder (own_mark)"), true},
      {"Via: " + times(100, "1.1 varnish"), false},
  };
  for (const Case& one : cases) {
    CAPTURE(one.fields);
    CHECK(has_been_here(fields_of(one.fields), own_mark) == one.is_loop);
  }
  CHECK_FALSE(has_been_here(fields_of("CDN-Loop: , larder-"), ""));
}

TEST_CASE(
    "a request is forwarded with our mark, and with others' marks if its response is for its client only") {
  const std::string came = "CDN-Loop: cdn.example; a=b, larder-1; x=y|CDN-Loop: other";
  CHECK(loop_marks_to_forward(fields_of(""), own_mark, true) == std::string(own_mark));
  CHECK(loop_marks_to_forward(fields_of(came), own_mark, false) ==
        "cdn.example; a=b, larder-1; x=y, other, " + std::string(own_mark));
  CHECK(loop_marks_to_forward(fields_of(came), own_mark, true) == "larder-1, " + std::string(own_mark));
  CHECK(loop_marks_to_forward(fields_of("CDN-Loop: other"), "", true) == std::nullopt);
  const Hop marked{"192.0.2.1", "http", "h", own_mark};
  for (const bool cacheable : {true, false}) {
    const auto out = request_fields_to_forward({}, request_of("GET", "Accept: a"), marked, cacheable);
    CHECK(out->find("CDN-Loop") == own_mark);
    CHECK(out->count("CDN-Loop") == 1);
  }
  CHECK(request_fields_to_forward({}, request_of("GET", "Connection: CDN-Loop"), marked, true).error() ==
        http::Fault::protected_option);
  CHECK(is_written_by_us({}, "cdn-loop"));
}

TEST_CASE("a 508 goes only to the client that provoked it") {
  CHECK_FALSE(is_passing_error(508));
  CHECK(is_passing_error(500));
}
