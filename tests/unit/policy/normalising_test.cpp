#include "support.hpp"

#include <larder/policy/key.hpp>
#include <larder/policy/normalising.hpp>

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::policy;

namespace {

http::FieldList fields_of(std::initializer_list<std::pair<const char*, const char*>> lines) {
  http::FieldList fields;
  for (const auto& [name, value] : lines) fields.add(http::FieldName(std::string_view(name)), value);
  return fields;
}

std::string chosen(const std::vector<std::string>& values, std::string accept_language) {
  http::FieldList fields;
  fields.add("Accept-Language", accept_language);
  return chosen_value({"Accept-Language", values}, fields);
}

Route with(std::vector<VaryRule> rules) {
  Route route;
  route.vary = std::move(rules);
  return route;
}

std::string wire_after(const Route& route, http::FieldList fields) {
  normalise(route, fields);
  const std::string once(fields.wire());
  normalise(route, fields);
  CHECK(fields.wire() == once);
  return once;
}

}  // namespace

TEST_CASE("a language is looked up as RFC 4647, section 3.4 says") {
  struct Case {
    std::vector<std::string> values;
    std::string asked;
    std::string sent;
  };
  const Case cases[] = {
      {{"en", "de"}, "de", "de"},
      {{"en", "de"}, "DE", "de"},
      {{"en", "de"}, "de-CH", "de"},
      {{"en", "de"}, "de-CH-1996, en;q=0.9", "de"},
      {{"en", "de"}, "fr, de;q=0.5, en;q=0.8", "en"},
      {{"en", "de"}, "fr;q=1, de;q=0.8, en;q=0.8", "de"},
      {{"en", "de"}, "fr", "en"},
      {{"en", "de"}, "", "en"},
      {{"en", "de"}, "*", "en"},
      {{"en", "de"}, "*, de;q=0.1", "de"},
      {{"en", "de"}, "de;q=0", "en"},
      {{"en", "de"}, "de;q=0.000, en;q=0.001", "en"},
      {{"en", "de"}, "de;q=x, en", "en"},
      {{"en", "de"}, "de;q=1.5", "en"},
      {{"en", "de"}, "d e, de;q=0.2", "de"},
      {{"en", "de"}, "deu", "en"},
      // A range does not become longer than it is.
      {{"en", "de-CH"}, "de", "en"},
      {{"en", "zh-Hant", "zh"}, "zh-Hant-CN-x-private1-private2", "zh-Hant"},
      {{"en", "zh", "zh-Hant"}, "zh-Hant-CN", "zh-Hant"},
      {{"en", "zh", "zh-Hant"}, "zh-Hans", "zh"},
      {{"de-CH", "de"}, "de-CH;q=0.1, de;q=0.2", "de"},
  };
  for (const auto& [values, asked, sent] : cases) {
    CAPTURE(asked);
    CHECK(chosen(values, asked) == sent);
  }
}

TEST_CASE("of a language list that no client sends only the beginning is read") {
  std::string many;
  for (int i = 0; i < 30'000; ++i) many += "a,";
  std::vector<std::string> values;
  for (int i = 0; i < 64; ++i) values.push_back("a-" + std::to_string(i));
  CHECK(chosen(values, many + "a-5") == "a-0");
  CHECK(chosen({"en", "de"}, "a,b,de") == "de");
  CHECK(chosen({"en", "de"}, std::string(60'000, 'a') + ", de") == "de");
  CHECK(chosen({"en", "de"}, std::string(60'000, ',') + ", de") == "de");
}

TEST_CASE("other fields are sent as the value of the list that they are, or as the first") {
  const VaryRule rule{"X-Device", {"desktop", "mobile"}};
  CHECK(chosen_value(rule, fields_of({{"x-device", "mobile"}})) == "mobile");
  CHECK(chosen_value(rule, fields_of({{"X-Device", "Mobile"}})) == "desktop");
  CHECK(chosen_value(rule, fields_of({{"X-Device", "mobile, desktop"}})) == "desktop");
  CHECK(chosen_value(rule, fields_of({{"X-Device", "mobile"}, {"X-Device", "mobile"}})) == "desktop");
  CHECK(chosen_value(rule, {}) == "desktop");
}

TEST_CASE("a request is given what its rules say, and the same when it is given that again") {
  const http::FieldList client = fields_of({{"Host", "h"},
                                            {"Accept-Language", "de-CH"},
                                            {"Origin", "https://a"},
                                            {"User-Agent", "Mozilla"},
                                            {"X-Own", "1"}});
  CHECK(wire_after(with({}), client) == client.wire());
  CHECK(wire_after(with({{"origin", {}}}), client) ==
        "Host: h\r\nAccept-Language: de-CH\r\nUser-Agent: Mozilla\r\nX-Own: 1\r\n");
  CHECK(wire_after(with({{"Accept-Language", {"en", "de"}}, {"User-Agent", {}}, {"Origin", {}}}), client) ==
        "Host: h\r\nX-Own: 1\r\nAccept-Language: de\r\nUser-Agent: larder\r\n");
  CHECK(wire_after(with({{"User-Agent", {}}, {"Accept-Language", {"en"}}}), fields_of({{"Host", "h"}})) ==
        "Host: h\r\nUser-Agent: larder\r\nAccept-Language: en\r\n");
}

TEST_CASE("what CGI reads as a field with a rule is not sent beside what that is sent as") {
  const http::FieldList client =
      fields_of({{"Accept_Language", "xx"}, {"accept.language", "yy"}, {"Accept-Language", "de"}});
  CHECK(wire_after(with({{"Accept-Language", {"en", "de"}}}), client) == "Accept-Language: de\r\n");
  CHECK(wire_after(with({{"Accept-Language", {}}}), client).empty());
}

TEST_CASE("a keyed field is keyed by what is sent") {
  Route route = with({{"Accept-Language", {"en", "de"}}});
  route.headers = {"Accept-Language"};
  http::FieldList fields = fields_of({{"Accept-Language", "de-AT, fr;q=0.3"}});
  normalise(route, fields);
  http::Target target;
  target.scheme = "http";
  target.host = "h";
  target.path = "/";
  CHECK(key_of(route, target, fields).text == "GET:http://h/#header:accept-language=de");
}
