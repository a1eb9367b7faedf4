#include <larder/policy/query_credentials.hpp>
#include <larder/policy/route.hpp>

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::policy;

namespace {

// As S3, Google, Azure, CloudFront and others hand them out.
constexpr const char* signed_queries[] = {
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%2F2026&X-Amz-Expires=60&X-Amz-Signature=ab12",
    "X-Amz-Signature=ab12",
    "x-amz-signature=ab12",
    "X-Amz-Security-Token=FwoG",
    "AWSAccessKeyId=AKIA&Expires=1&Signature=ab",
    "X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=a&X-Goog-Signature=ab12",
    "GoogleAccessId=a&Expires=1&Signature=b",
    "Expires=1&KeyName=k&Signature=s",
    "sv=2024-11-04&se=2026-11-28&sr=b&sp=r&sig=ab%3D",
    "sig=ab&se=2026-11-28",
    "Policy=e30_&Signature=ab&Key-Pair-Id=K2",
    "Expires=1&Signature=ab&Key-Pair-Id=K2",
    "OSSAccessKeyId=a&Expires=1&Signature=b",
    "x-oss-signature=b",
    "x-oss-credential=b",
    "q-sign-algorithm=sha1&q-ak=a&q-signature=b",
    "access_token=abc",
    "access-token=abc",
    "id_token=abc",
    "PHPSESSID=1",
    "hdnts=exp=1~hmac=ab",
    "expires=1&signature=ab",
    "token=a&expires=1",
    "ex=6&is=5&hm=ab",
    "X%2DAmz%2DSignature=ab",
    "a=1;access_token=b",
    "page=2&access_token=b",
    "access_token",
};

constexpr const char* plain_queries[] = {
    "page=2&sort=name",
    "sig=ab",
    "signature=ab",
    "token=next-page",
    "expires=1",
    "se=no&sv=no",
    "page_token=x",
    "hash=ab",
    "api_key=k",
    "X-Amz-Date=1",
    "",
    "q=X-Amz-Signature",
    "q=access_token",
    "policy=return",
    "my_access_token=a",
    "sign=leo",
    "a=b&&c=d&e=f",
};

std::string target_with(const char* query) {
  return "/file?" + std::string(query);
}

}  // namespace

TEST_CASE("a signed URL's parameters, tokens and sessions in the query are credentials") {
  for (const char* query : signed_queries) {
    CAPTURE(std::string(query));
    CHECK(has_query_credential({}, target_with(query)));
    CHECK(has_query_credential({}, "http://shop.test" + target_with(query)));
  }
  for (const char* query : plain_queries) {
    CAPTURE(std::string(query));
    CHECK_FALSE(has_query_credential({}, target_with(query)));
  }
  CHECK_FALSE(has_query_credential({}, "/access_token=a"));
}

TEST_CASE("a route that leaves a credential out of the key on purpose, or shares them, takes it for none") {
  Route ignoring;
  ignoring.query = {.mode = QueryRule::Mode::ignore, .names = {"X-Amz-*", "sig", "access_token"}};
  Route only;
  only.query = {.mode = QueryRule::Mode::only, .names = {"page"}};
  Route shared;
  shared.shares_credentials = true;
  struct Case {
    const char* query;
    bool by_ignoring;
    bool by_only;
  };
  for (const auto& [query, by_ignoring, by_only] : {
           Case{"X-Amz-Credential=a&X-Amz-Signature=b&X-Amz-Expires=60", false, false},
           Case{"sv=1&sig=b", false, false},
           Case{"access_token=a&page=2", false, false},
           Case{"X-Goog-Signature=a", true, false},
           Case{"access_token=a&id_token=b", true, false},
           Case{"access%5Ftoken=a", false, false},
           // Such a parameter is kept, whatever the rule says.
           Case{"access_token=a;b", true, true},
       }) {
    CAPTURE(std::string(query));
    CHECK(has_query_credential(ignoring, target_with(query)) == by_ignoring);
    CHECK(has_query_credential(only, target_with(query)) == by_only);
    CHECK_FALSE(has_query_credential(shared, target_with(query)));
  }
}
