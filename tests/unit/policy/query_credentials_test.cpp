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
    // A JSON Web Token, whatever the parameter (Mux, Supabase, Cloudflare Stream).
    "token=eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.x",
    "page=2&t=eyJhbGciOiJub25lIn0.eyJleHAiOjF9.",
    "x=eyJhbGciOiJkaXIifQ..iv.text.tag",
    "expires=1893456000&s=abc",
    "s=abc&width=3&expires=1893456000",
    "verify=1893456000-abc",
    "verify=1893456000-iyZ7nOGg%2B4s%3D",
    "token=1441307151_4492f25946a2e8e1414a8bb53dab8a6ba1cf4615",
    "sign=1721028437-Kv4cPTAAP5YTi-0-0fbdca749d7ab784750685347e42075c",
    "wowzatokenendtime=1&wowzatokenhash=x",
    "mytokenhash=x",
    "secure=kaGd_cu6Iy4LDgfX3jy5Rw==,1333497600",
    "secure=kaGd_cu6Iy4LDgfX3jy5Rw%3D%3D%2C1333497600",
    "oh=00_A&oe=65A",
    "hdnea=st=1~exp=2~acl=/*~hmac=ab",
    "auth=exp=1893456000~acl=/*~hmac=ab",
    "token=exp%3D1893456000~acl%3D%2F%2A~hmac%3Dab",
    "token=ab&expires=1&token_path=%2Fa",
    "bcdn_token=HS256-ab&expires=1",
    "auth_key=1893456000-0-0-ab",
    "auth_key=ab&timestamp=1",
    "txSecret=a&txTime=5C2A3CFF",
    "wsSecret=a&wsTime=5c2a3cff",
    "temp_url_sig=a&temp_url_expires=1",
    "st=ab&e=1893456000",
    "sign=ab&t=65a0b0c0",
    "x-expires=1&x-signature=ab",
    "expirationTimestamp=1&signature=ab",
    "sig=ab&token=%7B%22expires%22%3A1%7D",
    "code=ab&state=cd",
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
    "s=shoes",
    "s=shoes&e=1",
    "oe=utf-8",
    "oh=1",
    "secure=true",
    "verify=1",
    "verify=1893456000",
    "token=18934560001-abc",
    "token=189345600-abc",
    "h=300&w=200&t=1893456000",
    "state=ca",
    "e=1&t_=2",
    // Cursors are objects of JSON too, but not signed.
    "after=eyJpZCI6MTAwfQ",
    "after=eyJpZCI6MTAwfQ==",
    "v=eyJ.1",
    "q=eyJ.a.b+c",
    "v=1.2.3",
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
