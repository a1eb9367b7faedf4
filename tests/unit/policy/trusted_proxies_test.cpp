// Who is believed about where a request came from (config/README.md, "Behind another proxy").
#include "support.hpp"

#include <larder/policy/trusted_proxies.hpp>

#include <doctest/doctest.h>

#include <random>

using namespace larder;
using namespace larder::policy;
using namespace larder::policy::test;

namespace {

TrustedProxies trusting(std::initializer_list<const char*> addresses,
                        TrustedProxies::Fields fields = TrustedProxies::Fields::x_forwarded,
                        bool host = false) {
  TrustedProxies proxies;
  for (const char* address : addresses) REQUIRE(proxies.addresses.add(address));
  proxies.fields = fields;
  proxies.host = host;
  return proxies;
}

/// `https://host from address`; what is not believed is left out.
std::string shown(const Origination& found) {
  return (found.scheme ? *found.scheme + "://" : "") + found.host.value_or("") +
         (found.host || found.scheme ? " " : "") + found.client_address;
}

std::string believed(const TrustedProxies& proxies, std::string_view peer, std::string_view fields) {
  return shown(origination_of(proxies, peer, fields_of(fields)));
}

constexpr auto forwarded = TrustedProxies::Fields::forwarded;

}  // namespace

TEST_CASE("X-Forwarded-For is read from the right, as long as whoever wrote an entry is trusted") {
  const TrustedProxies proxies = trusting({"10.0.0.0/8", "fd00::/8"});
  struct Case {
    const char* peer;
    const char* fields;
    const char* found;
  };
  for (const auto& [peer, fields, found] : {
           Case{"10.0.0.1", "X-Forwarded-For: 203.0.113.7", "203.0.113.7"},
           Case{"::ffff:10.0.0.1", "X-Forwarded-For: 203.0.113.7", "203.0.113.7"},
           Case{"10.0.0.1", "X-Forwarded-For: 1.1.1.1, 203.0.113.7", "203.0.113.7"},
           Case{"10.0.0.1", "X-Forwarded-For: 1.1.1.1, 203.0.113.7, 10.0.0.2", "203.0.113.7"},
           Case{"10.0.0.1", "X-Forwarded-For: 1.1.1.1|x-forwarded-for: 203.0.113.7", "203.0.113.7"},
           Case{"10.0.0.1", "X-Forwarded-For: 203.0.113.7:4711", "203.0.113.7"},
           Case{"10.0.0.1", "X-Forwarded-For: [2001:db8::1]:4711", "2001:db8::1"},
           Case{"10.0.0.1", "X-Forwarded-For: [2001:db8::1]", "2001:db8::1"},
           Case{"10.0.0.1", "X-Forwarded-For: 2001:DB8::1", "2001:db8::1"},
           Case{"fd00::1", "X-Forwarded-For: 203.0.113.7,,", "203.0.113.7"},
           Case{"10.0.0.1", "X-Forwarded-For: 10.0.0.3, 10.0.0.2", "10.0.0.3"},
           // Of those the proxy that wrote it is all that is known.
           Case{"10.0.0.1", "X-Forwarded-For: 203.0.113.7, unknown", "10.0.0.1"},
           Case{"10.0.0.1", "X-Forwarded-For: 203.0.113.7, 10.0.0.2x", "10.0.0.1"},
           Case{"10.0.0.1", "X-Forwarded-For: 203.0.113.7, [10.0.0.2", "10.0.0.1"},
           Case{"10.0.0.1", "X-Forwarded-For: 1.1.1.1, fe80::1%eth0", "10.0.0.1"},
           Case{"10.0.0.1", "", "10.0.0.1"},
           Case{"203.0.113.9", "X-Forwarded-For: 10.0.0.1|X-Forwarded-Proto: https", "203.0.113.9"},
           Case{"unix", "X-Forwarded-For: 10.0.0.1", "unix"},
           // The other family says nothing.
           Case{"10.0.0.1", "Forwarded: for=203.0.113.7;proto=https|X-Real-IP: 1.1.1.1", "10.0.0.1"},
       }) {
    CAPTURE(peer);
    CAPTURE(fields);
    CHECK(believed(proxies, peer, fields) == found);
  }
}

TEST_CASE("no more than 64 proxies are looked behind") {
  const auto behind = [](int proxies) {
    std::string clients = "X-Forwarded-For: 203.0.113.7";
    for (int i = 1; i < proxies; ++i) clients += ", 10.0.0.2";
    return believed(trusting({"10.0.0.0/8"}), "10.0.0.1", clients);
  };
  CHECK(behind(64) == "203.0.113.7");
  CHECK(behind(65) == "10.0.0.2");
}

TEST_CASE("scheme and host are the last ones that the peer vouches for, the host only on wish") {
  const TrustedProxies without = trusting({"10.0.0.0/8"});
  const TrustedProxies with = trusting({"10.0.0.0/8"}, TrustedProxies::Fields::x_forwarded, true);
  struct Case {
    const char* fields;
    const char* without_host;
    const char* with_host;
  };
  for (const auto& [fields, without_host, with_host] : {
           Case{"X-Forwarded-Proto: https", "https:// 10.0.0.1", "https:// 10.0.0.1"},
           Case{"X-Forwarded-Proto: HTTPS", "https:// 10.0.0.1", "https:// 10.0.0.1"},
           Case{"X-Forwarded-Proto: http, https", "https:// 10.0.0.1", "https:// 10.0.0.1"},
           Case{"X-Forwarded-Proto: wss", "https:// 10.0.0.1", "https:// 10.0.0.1"},
           Case{"X-Forwarded-Proto: ftp", "10.0.0.1", "10.0.0.1"},
           Case{"X-Forwarded-Proto: https,", "10.0.0.1", "10.0.0.1"},
           Case{"X-Forwarded-Host: a.test, shop.test:8443", "10.0.0.1", "shop.test:8443 10.0.0.1"},
           Case{"X-Forwarded-Host: ", "10.0.0.1", "10.0.0.1"},
       }) {
    CAPTURE(fields);
    CHECK(believed(without, "10.0.0.1", fields) == without_host);
    CHECK(believed(with, "10.0.0.1", fields) == with_host);
    CHECK(believed(with, "192.0.2.1", fields) == "192.0.2.1");
  }
}

TEST_CASE("RFC 7239: elements of Forwarded are read from the right, whatever a client quoted before them") {
  const TrustedProxies proxies = trusting({"10.0.0.0/8"}, forwarded, true);
  struct Case {
    const char* fields;
    const char* found;
  };
  for (const auto& [fields, found] : {
           Case{"Forwarded: for=203.0.113.7;proto=https;host=shop.test", "https://shop.test 203.0.113.7"},
           Case{"Forwarded: For=\"[2001:db8::1]:4711\"; Proto=https", "https:// 2001:db8::1"},
           Case{"Forwarded: for=\"203.0.113.7:80\";host=\"shop.test:8443\"", "shop.test:8443 203.0.113.7"},
           Case{"Forwarded: for=1.1.1.1;proto=http, for=203.0.113.7;proto=https", "https:// 203.0.113.7"},
           Case{"Forwarded: for=203.0.113.7;proto=https, for=10.0.0.2;proto=http", "https:// 203.0.113.7"},
           Case{"Forwarded: for=203.0.113.7;proto=https, for=10.0.0.2", "https:// 203.0.113.7"},
           Case{"Forwarded: for=1.1.1.1;proto=http|Forwarded: for=203.0.113.7;proto=https",
                "https:// 203.0.113.7"},
           Case{"Forwarded: for=\"x|Forwarded: for=203.0.113.7;proto=https", "https:// 203.0.113.7"},
           Case{"Forwarded: for=\"x,|Forwarded: for=203.0.113.7;host=\"a,b\"", "a,b 203.0.113.7"},
           Case{"Forwarded: for=1.1.1.1, for=_hidden;proto=https", "https:// 10.0.0.1"},
           Case{"Forwarded: for=unknown", "10.0.0.1"},
           Case{"Forwarded: proto=https", "https:// 10.0.0.1"},
           Case{"Forwarded: 203.0.113.7", "10.0.0.1"},
           Case{"X-Forwarded-For: 203.0.113.7|X-Forwarded-Proto: https", "10.0.0.1"},
       }) {
    CAPTURE(fields);
    CHECK(believed(proxies, "10.0.0.1", fields) == found);
    CHECK(believed(proxies, "203.0.113.9", fields) == "203.0.113.9");
  }
}

TEST_CASE(
    "property: whatever an untrusted client says, and through however many proxies, it changes nothing") {
  std::mt19937 random{27};
  const char* pieces[] = {"10.0.0.1", "203.0.113.7", ",",      ", ",    "\"",        "for=",   "https",
                          "http",     ";",           "proto=", "host=", "evil.test", "[",      "]",
                          "=",        "\\",          "::1",    " ",     "_x",        "unknown"};
  const auto junk = [&] {
    std::string text;
    for (auto i = random() % 8; i > 0; --i) text += pieces[random() % std::size(pieces)];
    return text;
  };
  for (int i = 0; i < 50'000; ++i) {
    const auto family = i % 2 == 0 ? TrustedProxies::Fields::x_forwarded : forwarded;
    const TrustedProxies proxies = trusting({"10.0.0.0/8"}, family, true);
    http::FieldList fields;
    for (const char* name : {"X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded"}) {
      for (auto lines = random() % 3; lines > 0; --lines) fields.add(http::FieldName(name), junk());
    }
    std::string peer = "203.0.113.50";
    const auto said = fields;
    const auto proxies_passed = random() % 3;
    for (std::size_t hop = 0; hop < proxies_passed; ++hop) {
      const auto append = [&](const char* name, const std::string& ours) {
        const auto before = fields.combined(http::FieldName(name));
        if (random() % 2 == 0) return fields.add(http::FieldName(name), ours);
        fields.set(http::FieldName(name), (before ? *before + ", " : "") + ours);
      };
      append("X-Forwarded-For", peer);
      append("X-Forwarded-Proto", "https");
      append("X-Forwarded-Host", "shop.test");
      append("Forwarded", "for=" + peer + ";proto=https;host=shop.test");
      peer = "10.0.0." + std::to_string(hop + 1);
    }
    CAPTURE(said.wire());
    CHECK(believed(proxies, peer, "") == peer);
    CHECK(shown(origination_of(proxies, peer, fields)) ==
          (proxies_passed == 0 ? "203.0.113.50" : "https://shop.test 203.0.113.50"));
    remove_origination(proxies, proxies.addresses.contains(peer), {}, fields);
    CHECK(fields.empty());
  }
}

TEST_CASE("fields that say where a request came from are removed in any spelling, and no others") {
  const auto left = [](bool is_by_proxy, TrustedProxies::Fields family, std::string_view text) {
    http::FieldList fields = fields_of(text);
    remove_origination(trusting({"10.0.0.1"}, family), is_by_proxy, {}, fields);
    return fields.size() == 1;
  };
  constexpr auto x_forwarded = TrustedProxies::Fields::x_forwarded;
  struct Case {
    const char* field;
    bool of_trusted;  // left where its family is read
    bool of_others;
  };
  for (const auto& [field, of_trusted, of_others] : {
           Case{"X-Forwarded-For: a", false, false},
           Case{"x-forwarded-proto: a", false, false},
           Case{"X-Forwarded-Host: a", false, false},
           Case{"X_Forwarded_Proto: a", false, false},
           Case{"Forwarded: a", false, false},
           Case{"X-Real-IP: a", false, false},
           Case{"X_Real_IP: a", false, false},
           Case{"True-Client-IP: a", false, false},
           Case{"CF-Connecting-IP: a", false, false},
           Case{"X-Client-IP: a", false, false},
           Case{"X-Forwarded-Scheme: a", false, false},
           Case{"Front-End-Https: on", false, false},
           Case{"X-Forwarded-Port: 1", true, false},
           Case{"X-Forwarded-Prefix: /a", true, false},
           Case{"X_Forwarded_Server: a", true, false},
           Case{"X-Forwarded-User: a", true, true},
           Case{"X-Request-Id: a", true, true},
           Case{"Via: a", true, true},
           Case{"Host: a", true, true},
           Case{"Cookie: a=b", true, true},
       }) {
    CAPTURE(field);
    CHECK(left(true, x_forwarded, field) == of_trusted);
    CHECK(left(false, x_forwarded, field) == of_others);
    CHECK(left(true, forwarded, field) == of_others);
  }
}

TEST_CASE("where nobody is trusted what a route keys stays, and what is configured as a credential") {
  Route route;
  route.headers = {"X-Real-IP"};
  route.credential_fields =
      std::make_shared<CredentialFields>(std::vector<std::string>{"X-Client-IP"}, std::vector<std::string>{});
  const auto left = [&](const TrustedProxies& proxies) {
    http::FieldList fields = fields_of("X-Real-IP: a|X-Client-IP: b|X-Forwarded-Ssl: c|Accept: d");
    remove_origination(proxies, false, route, fields);
    return text_of(fields);
  };
  CHECK(left({}) == "X-Real-IP: a|X-Client-IP: b|Accept: d");
  CHECK(left(trusting({"10.0.0.1"}, forwarded)) == "Accept: d");
}

TEST_CASE("PURGE is for whom purge_method allows, never for a proxy that does not say for whom it asks") {
  AddressSet allowed;
  for (const char* network : {"10.0.0.0/8", "192.0.2.7"}) REQUIRE(allowed.add(network));
  const TrustedProxies proxies = trusting({"10.0.0.1", "127.0.0.1"}, forwarded);
  CHECK(may_purge(proxies, allowed, "10.0.0.2"));
  CHECK(may_purge(proxies, allowed, "::ffff:192.0.2.7"));
  CHECK_FALSE(may_purge(proxies, allowed, "10.0.0.1"));
  CHECK_FALSE(may_purge(proxies, allowed, "::ffff:10.0.0.1"));
  CHECK_FALSE(may_purge(proxies, allowed, "127.0.0.1"));
  CHECK_FALSE(may_purge(proxies, allowed, "unknown"));
  CHECK_FALSE(may_purge(proxies, allowed, "unix"));
  CHECK(may_purge({}, allowed, "10.0.0.1"));
}

TEST_CASE("a front that speaks only the family of fields that is not read is noticed") {
  const auto unread = [](TrustedProxies::Fields family, std::string_view fields) {
    return unread_family(trusting({"10.0.0.1"}, family), fields_of(fields));
  };
  constexpr auto x_forwarded = TrustedProxies::Fields::x_forwarded;
  CHECK(unread(x_forwarded, "Forwarded: for=1.1.1.1") == "Forwarded");
  CHECK(unread(forwarded, "X-Forwarded-For: 1.1.1.1") == "X-Forwarded-*");
  CHECK(unread(forwarded, "X-Forwarded-Proto: https") == "X-Forwarded-*");
  for (const char* harmless :
       {"", "X-Real-IP: a", "X-Forwarded-User: a", "X-Forwarded-For: a|Forwarded: for=a"}) {
    CAPTURE(harmless);
    CHECK(unread(x_forwarded, harmless).empty());
    CHECK(unread(forwarded, harmless).empty());
  }
  CHECK(unread(x_forwarded, "X-Forwarded-For: a").empty());
  CHECK(unread(forwarded, "Forwarded: for=a").empty());
}

TEST_CASE("an overwritten scheme is noticed where it makes a difference") {
  const auto overwritten = [](std::string_view fields, std::string_view scheme) {
    return overwritten_scheme(fields_of(fields), scheme).value_or("");
  };
  CHECK(overwritten("X-Forwarded-Proto: https", "http") == "https");
  CHECK(overwritten("X-Forwarded-Proto: HTTPS", "http") == "https");
  CHECK(overwritten("X-Forwarded-Proto: https", "https").empty());
  CHECK(overwritten("X-Forwarded-Proto: <script>", "http").empty());
  CHECK(overwritten("", "http").empty());
}

TEST_CASE("RFC 7239: what larder writes as Forwarded") {
  CHECK(forwarded_element("203.0.113.7", "https", "shop.test:8443") ==
        "for=203.0.113.7;proto=https;host=\"shop.test:8443\"");
  CHECK(forwarded_element("2001:db8::1", "http", "") == "for=\"[2001:db8::1]\";proto=http");
  CHECK(forwarded_element("unix", "http", "h") == "for=unknown;proto=http;host=\"h\"");
}
