#include <larder/policy/purge.hpp>

#include <doctest/doctest.h>

#include <initializer_list>
#include <optional>
#include <string_view>

using namespace larder::policy;

namespace {

constexpr PurgeExtent nothing{};
constexpr PurgeExtent target{.target = true};
constexpr PurgeExtent related{.target = true, .related = true};
constexpr PurgeExtent below{.target = true, .related = true, .below = true};
constexpr PurgeExtent related_again{.target = true, .related = true, .again = true};
constexpr PurgeExtent below_again{.target = true, .related = true, .below = true, .again = true};

}  // namespace

TEST_CASE(
    "RFC 9111, section 4.4: how much a write purges, by its method, its response and whether it was sent "
    "whole") {
  struct Case {
    std::string_view method;
    std::optional<int> status;
    PurgeExtent whole;
    PurgeExtent not_whole;
  };
  for (const Case& each : std::initializer_list<Case>{
           {"PUT", 200, related, target},
           {"POST", 201, related, target},
           {"PATCH", 204, related, target},
           {"FOO", 299, related, target},
           {"DELETE", 204, below, target},
           {"PUT", 301, related, target},
           {"PUT", 302, related, target},
           {"POST", 303, related, target},
           {"DELETE", 302, related, target},  // to a login page: nothing was deleted
           {"DELETE", 303, related, target},
           {"PUT", 300, target, target},
           {"PUT", 304, target, target},
           {"POST", 307, target, target},
           {"DELETE", 308, target, target},
           {"DELETE", 399, target, target},
           {"DELETE", 400, nothing, nothing},
           {"DELETE", 401, nothing, nothing},
           {"POST", 404, nothing, nothing},
           {"POST", 499, nothing, nothing},
           {"POST", 500, nothing, nothing},
           {"POST", 503, nothing, nothing},
           {"PUT", 100, nothing, nothing},
           {"POST", 101, nothing, nothing},
           {"POST", 502, related_again, nothing},
           {"POST", 504, related_again, nothing},
           {"DELETE", 502, below_again, nothing},
           {"POST", std::nullopt, related_again, nothing},
           {"DELETE", std::nullopt, below_again, nothing},
       }) {
    CAPTURE(each.method);
    CAPTURE(each.status.value_or(0));
    CHECK(decide_purging(each.method, {each.status, true}) == each.whole);
    CHECK(decide_purging(each.method, {each.status, false}) == each.not_whole);
  }
}

TEST_CASE(
    "a route says which answers count, errors too; whether one of unknown outcome does is not its say") {
  const Statuses on{.numbers = {202, 409}, .classes = {3}};
  for (const auto& [status, whole] : std::initializer_list<std::pair<std::optional<int>, PurgeExtent>>{
           {202, related},
           {409, related},
           {307, related},
           {200, target},
           {204, target},
           {410, nothing},
           {500, nothing},
           {504, related_again},
           {std::nullopt, related_again},
       }) {
    CAPTURE(status.value_or(0));
    CHECK(decide_purging("POST", {status, true}, on) == whole);
  }
  CHECK(decide_purging("POST", {202, false}, on) == target);
  CHECK(decide_purging("POST", {409, false}, on) == nothing);
  CHECK(decide_purging("GET", {202, true}, on) == nothing);
  CHECK(decide_purging("DELETE", {202, true}, on) == below);
  CHECK(decide_purging("DELETE", {409, true}, on) == related);
}

TEST_CASE("methods that IANA's registry calls safe purge nothing, whatever their outcome") {
  for (const std::string_view method :
       {"GET", "HEAD", "OPTIONS", "TRACE", "PRI", "PROPFIND", "REPORT", "SEARCH", "QUERY"}) {
    CAPTURE(method);
    for (const std::optional<int> status :
         {std::optional<int>(200), std::optional<int>(302), std::optional<int>()})
      CHECK(decide_purging(method, {status, true}) == nothing);
  }
  for (const std::string_view method : {"get", "PROPPATCH", "MKCOL", "MKCALENDAR", "COPY", "LOCK", "UNLOCK",
                                        "UPDATE", "ACL", "LINK", "MERGE", "VERSION-CONTROL", "ORDERPATCH"}) {
    CAPTURE(method);
    CHECK(decide_purging(method, {200, true}) == related);
  }
}

// RFC 4918, section 9.9; RFC 5842, sections 4 to 6.
TEST_CASE("what is below the target goes by DELETE, MOVE, BIND, UNBIND and REBIND") {
  for (const std::string_view method : {"DELETE", "MOVE", "BIND", "UNBIND", "REBIND"}) {
    CAPTURE(method);
    CHECK(decide_purging(method, {201, true}) == below);
    CHECK(decide_purging(method, {207, true}) == below);
    CHECK(decide_purging(method, {std::nullopt, true}) == below_again);
    CHECK(decide_purging(method, {302, true}) == related);
    CHECK(decide_purging(method, {412, true}) == nothing);
  }
}

TEST_CASE("PURGE and BAN are for caches only") {
  CHECK(is_for_caches("PURGE"));
  CHECK(is_for_caches("BAN"));
  CHECK_FALSE(is_for_caches("DELETE"));
  CHECK_FALSE(is_for_caches("purge"));
}
