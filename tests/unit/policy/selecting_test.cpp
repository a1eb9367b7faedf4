#include "support.hpp"

#include <larder/policy/forwarding.hpp>
#include <larder/policy/key.hpp>

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::policy::test;

namespace {

std::string selected_by(std::string_view value, std::string_view name = "accept-language") {
  http::FieldList fields;
  fields.add(name, value);
  return policy::variant_key("k", {std::string(name)}, fields);
}

/// What is sent upstream as Accept-Encoding of a shared request, or "none".
std::string sent(std::string_view fields, const policy::Route& route = {}) {
  const auto forwarded =
      policy::request_fields_to_forward(route, request_of("GET", fields), {"192.0.2.1", "http", "h"}, true);
  return forwarded->combined("Accept-Encoding").value_or("none");
}

}  // namespace

TEST_CASE(
    "RFC 9110, section 12.5.4: languages select by name and weight, whatever their case and whitespace") {
  for (const auto& [one, other] : {
           std::pair{"de, EN ;q=0.5", "en; q=0.5,de"},
           std::pair{" de ,en", "de, en"},
           std::pair{"de;q=1, en", "de,en;q=1.000"},
           std::pair{"de;q=0.5, en;Q=0.50", "de;q=0.500,en;q=0.5"},
           std::pair{"de, en;q=0", "de,en;q=0.000"},
           std::pair{"de, de, en;q=0.5, en;q=0.50,,", "de,en;q=0.5"},
           std::pair{"*;q=0.1, de", "DE,*;q=0.1"},
           std::pair{"en;q=0.8, de-CH, de;q=0.9", "de-ch,de;q=0.9,en;q=0.8"},
           std::pair{"", ","},
       }) {
    CAPTURE(one);
    CAPTURE(other);
    CHECK(selected_by(one) == selected_by(other));
  }
}

TEST_CASE("RFC 4647, section 2.3: the order of languages matters among those of equal weight") {
  for (const auto& [one, other] : {
           std::pair{"de, en", "en, de"},
           std::pair{"de;q=0.5, en;q=0.5", "en;q=0.50, de;q=0.5"},
           std::pair{"fr, de;q=0.5, en;q=0.5", "fr, en;q=0.5, de;q=0.5"},
           std::pair{"de, *", "*, de"},
           std::pair{"de, en;q=0.5", "de;q=0.5, en"},
           std::pair{"de", "de, en"},
           std::pair{"de", "de;q=0"},
           std::pair{"de;q=0.001", "de;q=0.002"},
           std::pair{"de;q=0.01", "de;q=0.1"},
           // Of two weights readers may take either.
           std::pair{"de;q=0.1, en;q=0.5, de", "de, en;q=0.5"},
           std::pair{"de;q=0.1, en;q=0.5, de", "de, en;q=0.5, de;q=0.1"},
       }) {
    CAPTURE(one);
    CAPTURE(other);
    CHECK(selected_by(one) != selected_by(other));
  }
}

TEST_CASE("a value that is not a list of languages does not select what a list selects") {
  for (const auto& [odd, list] : {
           std::pair{"e n", "en"},
           std::pair{"de, e n", "de, en"},
           std::pair{"d\te", "de"},
           std::pair{"\"x,y", "y, \"x"},
           std::pair{"de;q=0 .5", "de;q=0.5"},
           std::pair{"de;q=1.5", "de"},
           std::pair{"de;q=0.5000", "de;q=0.5"},
           std::pair{"de;q=", "de"},
           std::pair{"de;q", "de"},
           std::pair{"de;x=1", "de"},
           std::pair{"de;q=0.5;x=1", "de;q=0.5"},
           std::pair{"de;", "de"},
       }) {
    CAPTURE(odd);
    CHECK(selected_by(odd) != selected_by(list));
  }
}

TEST_CASE("a list of more languages than a person speaks selects by its exact bytes") {
  std::string many = "l0";
  for (int i = 1; i < 65; ++i) many += ", l" + std::to_string(i);
  CHECK(selected_by(many) == selected_by(many));
  CHECK(selected_by(many) != selected_by(many + ";q=1"));
}

TEST_CASE(
    "Accept-Encoding of a shared request is what the client accepts of zstd, br and gzip, and selects by "
    "that") {
  struct Case {
    const char* value;
    const char* sent;
  };
  for (const auto& [value, expected] : {
           Case{"gzip", "gzip"},
           Case{"gzip, deflate, br, zstd", "zstd, br, gzip"},
           Case{"gzip, deflate, br", "br, gzip"},
           Case{" GZIP ;q=0.5 ,\tBr", "br, gzip"},
           Case{"gzip;q=1.0, br;q=0.001", "br, gzip"},
           Case{"x-gzip", "gzip"},
           Case{"gzip, gzip", "gzip"},
           Case{"gzip, deflate, dcb, dcz", "gzip"},
           Case{"*", "zstd, br, gzip"},
           Case{"*;q=0.1, br;q=0", "zstd, gzip"},
           Case{"gzip, *;q=0", "gzip"},
           Case{"", "identity"},
           Case{"identity", "identity"},
           Case{"deflate", "identity"},
           Case{"*;q=0", "identity"},
           Case{"gzip;q=0", "identity"},
           Case{"gzip;q=0.000, br", "br"},
           // A coding that is refused in one place, or stated in an unknown way, is not requested.
           Case{"gzip, gzip;q=0", "identity"},
           Case{"gzip;q=2, br", "br"},
           Case{"gzip;level=9", "identity"},
           Case{"g zip, \"br\", zst", "identity"},
           Case{"gzip br", "identity"},
       }) {
    CAPTURE(value);
    CHECK(sent("Accept-Encoding: " + std::string(value)) == expected);
    CHECK(selected_by(value, "accept-encoding") == selected_by(expected, "accept-encoding"));
  }
  CHECK(sent("Accept: */*") == "none");
  CHECK(sent("Accept-Encoding: br|A: b|accept-encoding: gzip;q=0.2") == "br, gzip");
}

TEST_CASE(
    "an Accept-Encoding that the route keys, or of a request that is not shared, is forwarded unchanged") {
  policy::Route route;
  route.headers = {"accept-encoding"};
  CHECK(sent("Accept-Encoding: deflate, GZIP", route) == "deflate, GZIP");
  const auto own = policy::request_fields_to_forward({}, request_of("GET", "Accept-Encoding: deflate, GZIP"),
                                                     {"192.0.2.1", "http", "h"}, false);
  CHECK(own->find("Accept-Encoding") == "deflate, GZIP");
}
