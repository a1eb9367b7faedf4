#include "support.hpp"

#include <larder/policy/signature.hpp>

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::policy;
using namespace larder::policy::test;

namespace {

http::RequestHead signed_request(const std::string& target, std::string_view fields) {
  http::RequestHead request = request_of("GET", fields);
  request.target = target;
  return request;
}

}  // namespace

TEST_CASE("a request whose signature covers what a shared fetch alters goes to the origin as it is") {
  struct Case {
    const char* fields;
    bool is_signed;
    bool as_written;
  };
  for (const auto& [fields, is_signed_at_all, as_written] : {
           Case{"If-None-Match: \"a\"", false, false},
           Case{"Authorization: Bearer a|If-None-Match: \"a\"", false, false},
           Case{"Authorization: AWS4-HMAC-SHA256 a|If-None-Match: \"a\"", true, true},
           Case{"Authorization: AWS4-HMAC-SHA256 SignedHeaders=host", true, false},
           Case{"Authorization: aws4-hmac-sha256 SignedHeaders=Accept-Encoding;host|Accept-Encoding: br",
                true, true},
           Case{"Authorization: GOOG4-RSA-SHA256 a|If-None-Match: \"a\"", true, true},
           Case{"Authorization: TC3-HMAC-SHA256 a|If-None-Match: \"a\"", true, true},
           Case{"Authorization: SharedKeyLite a:b|If-Modified-Since: b", true, true},
           Case{"Authorization: Signature keyId=\"a\"|If-None-Match: \"a\"", true, true},
           Case{"Authorization: SharedKey a:b|Range: bytes=0-1", true, true},
           Case{"Authorization: AWS4-HMAC-SHA256 SignedHeaders=host;range|Range: bytes=0-1", true, true},
           Case{"Authorization: AWS4-HMAC-SHA256 SignedHeaders=host|Range: bytes=0-1", true, false},
           Case{"Signature-Input: s=(\"accept-encoding\");created=1|Accept-Encoding: br", true, true},
           Case{"Signature-Input: s=(\"@method\");created=1|Accept-Encoding: br", true, false},
           Case{"Signature-Input: s=(\"if-none-match\")|If-None-Match: \"a\"", true, true},
       }) {
    CAPTURE(fields);
    const http::RequestHead request = signed_request("/a", fields);
    CHECK(is_signed(request) == is_signed_at_all);
    CHECK(is_signed_as_written(request, {"/a", false}) == as_written);
  }
}

TEST_CASE("a presigned URL says which fields it covers: their conditions go to the origin") {
  struct Case {
    const char* query;
    const char* fields;
    bool as_written;
  };
  for (const auto& [query, fields, as_written] : {
           Case{"X-Amz-Signature=a&X-Amz-SignedHeaders=host%3Bif-none-match", "If-None-Match: \"a\"", true},
           Case{"x-amz-signedheaders=host;If-None-Match&x-amz-signature=a", "If-None-Match: \"a\"", true},
           Case{"X-Goog-Signature=a&X-Goog-SignedHeaders=host%3brange", "Range: bytes=0-1", true},
           Case{"X-Goog-Signature=a&X-Goog-SignedHeaders=if-modified-since", "If-Modified-Since: a", true},
           Case{"X-Amz-Signature=a&X-Amz-SignedHeaders=accept-encoding%3Bhost", "Accept-Encoding: br", true},
           Case{"X-Amz-Signature=a&X-Amz-SignedHeaders=host%3Bif-none-match", "If-Modified-Since: a", false},
           Case{"X-Amz-Signature=a&X-Amz-SignedHeaders=host", "If-None-Match: \"a\"|Range: bytes=0-1", false},
           Case{"X-Amz-Signature=a", "If-None-Match: \"a\"", false},
           Case{"X-Amz-SignedHeaders=if-none-match", "If-None-Match: \"a\"", false},
       }) {
    CAPTURE(query);
    CAPTURE(fields);
    const std::string target = std::string("/a?") + query;
    CHECK(is_signed_as_written(signed_request(target, fields), {target, false}) == as_written);
    // The route's `query` leaves the signature out on purpose.
    CHECK_FALSE(is_signed_as_written(signed_request(target, fields), {"/a", false}));
  }
}

TEST_CASE("another host, or another query, than was signed spoils a signature") {
  struct Case {
    const char* fields;
    bool covers_host;
  };
  for (const auto& [fields, covers_host] : {
           Case{"Authorization: AWS4-HMAC-SHA256 SignedHeaders=host", true},
           Case{"Authorization: AWS a:b", true},
           Case{"Signature-Input: s=(\"@authority\");created=1", true},
           Case{"Signature-Input: s=(\"@target-uri\");created=1", true},
           Case{"Signature-Input: s=(\"@path\");created=1", false},
       }) {
    CAPTURE(fields);
    const http::RequestHead request = signed_request("/a?b&utm_source=c", fields);
    CHECK(is_signed_as_written(request, {request.target, true}) == covers_host);
    CHECK(is_signed_as_written(request, {"/a?b", false}));
  }
  CHECK(is_signed_as_written(signed_request("/a?X-Amz-Signature=a", ""), {"/a?X-Amz-Signature=a", true}));
  CHECK(is_signed_as_written(signed_request("/a?X-Amz-Signature=a&b", ""), {"/a?X-Amz-Signature=a", false}));
  for (const std::string target :
       {"/a?Signature=b&Key-Pair-Id=c", "/a?AWSAccessKeyId=a&Expires=1&signature=b",
        "/a?GoogleAccessId=a&Signature=b", "/a?OSSAccessKeyId=a&Signature=b"}) {
    CAPTURE(target);
    CHECK(is_signed(signed_request(target, "")));
    CHECK(is_signed_as_written(signed_request(target, ""), {target, true}));
    CHECK_FALSE(is_signed_as_written(signed_request(target, "If-None-Match: a"), {target, false}));
  }
  for (const std::string target : {"/a?b", "/a?Signature=b", "/a?Key-Pair-Id=c", "/a?sig=b&se=c"}) {
    CAPTURE(target);
    CHECK_FALSE(is_signed_as_written(signed_request(target, "Accept: a"), {"/a", true}));
  }
}

TEST_CASE("cookies that are signed are not left behind") {
  Route route;
  route.cookies.ignore = {"a"};
  const auto covers = [&](const char* fields) {
    return is_signed_over_cookies(route, signed_request("/a", fields));
  };
  CHECK(covers("Cookie: a=1; b=2|Authorization: AWS4-HMAC-SHA256 SignedHeaders=cookie;host"));
  CHECK_FALSE(covers("Cookie: b=2|Authorization: AWS4-HMAC-SHA256 SignedHeaders=cookie;host"));
  CHECK_FALSE(covers("Cookie: a=1|Authorization: AWS4-HMAC-SHA256 SignedHeaders=host"));
  CHECK_FALSE(covers("Cookie: a=1"));
  CHECK_FALSE(covers("Authorization: AWS4-HMAC-SHA256 SignedHeaders=cookie;host"));
}
