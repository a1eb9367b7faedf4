#include <larder/base/address_set.hpp>

#include <doctest/doctest.h>

using namespace larder;

TEST_CASE("a set of addresses holds the addresses and the networks that were added") {
  AddressSet set;
  for (const char* text : {"10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "::1", "203.0.113.128/25"}) {
    CAPTURE(text);
    CHECK(set.add(text).has_value());
  }
  for (const char* inside : {"10.1.2.3", "10.255.255.255", "192.0.2.7", "::ffff:192.0.2.7", "2001:db8:1::5",
                             "::1", "203.0.113.128", "203.0.113.255"}) {
    CAPTURE(inside);
    CHECK(set.contains(inside));
  }
  for (const char* outside : {"11.0.0.0", "192.0.2.8", "2001:db9::", "::2", "127.0.0.1", "203.0.113.127", "",
                              "shop.example", "10.1.2", "10.0.0.0/8", "::ffff:9.1.1.1"}) {
    CAPTURE(outside);
    CHECK_FALSE(set.contains(outside));
  }
  CHECK_FALSE(AddressSet().contains("10.0.0.1"));
}

TEST_CASE("a network of every address of one family leaves the other out, unless it is IPv6's") {
  AddressSet v4;
  CHECK(v4.add("0.0.0.0/0").has_value());
  CHECK(v4.contains("203.0.113.9"));
  CHECK_FALSE(v4.contains("2001:db8::1"));
  AddressSet all;
  CHECK(all.add("::/0").has_value());
  CHECK(all.contains("203.0.113.9"));
}

TEST_CASE("text that cannot mean what it seems to is not an address") {
  AddressSet set;
  for (const char* text :
       {"", "10", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8/9", "10.1.2.3/8", "::/129", "localhost",
        "10.0.0.0/-1", "fe80::1%eth0", " 10.0.0.1", "10.0.0.0/8 ", "[::1]", "*"}) {
    CAPTURE(text);
    CHECK_FALSE(set.add(text).has_value());
  }
  CHECK(set.empty());
}

TEST_CASE("an IPv4 address counts alone, an IPv6 address with its /64") {
  CHECK(address_group("192.0.2.1") == address_group("::ffff:192.0.2.1"));
  CHECK(address_group("192.0.2.1") != address_group("192.0.2.2"));
  CHECK(address_group("2001:db8:1:2::1") == address_group("2001:db8:1:2:ffff::9"));
  CHECK(address_group("2001:db8:1:2::1") != address_group("2001:db8:1:3::1"));
  CHECK(address_group("fe80::1%1") == address_group("fe80::2%1"));
  CHECK(address_group("unix") == std::nullopt);
  CHECK(address_group("") == std::nullopt);
}

TEST_CASE("an IPv4 address mapped into IPv6 has the text of IPv4") {
  CHECK(read_address("::ffff:192.0.2.7") == "192.0.2.7");
  CHECK(read_address("::FFFF:C000:207") == "192.0.2.7");
  CHECK(read_address("192.0.2.7") == "192.0.2.7");
  CHECK(read_address("2001:DB8:0::1") == "2001:db8::1");
  CHECK(read_address("::192.0.2.7") != "192.0.2.7");
  CHECK(read_address("fe80::1%1") == std::nullopt);
}

TEST_CASE("sets overlap if one address is in both") {
  const auto set_of = [](std::initializer_list<const char*> texts) {
    AddressSet set;
    for (const char* text : texts) REQUIRE(set.add(text));
    return set;
  };
  const AddressSet set = set_of({"10.0.0.0/8", "2001:db8::/32"});
  for (const auto& other : {set_of({"10.1.2.3"}), set_of({"192.0.2.1", "0.0.0.0/0"}), set_of({"::/0"}),
                            set_of({"2001:db8:1::/48"}), set_of({"10.0.0.0/8"})}) {
    CHECK(set.overlaps(other));
    CHECK(other.overlaps(set));
  }
  for (const auto& other : {set_of({}), set_of({"11.0.0.0/8"}), set_of({"2001:db9::/32", "192.0.2.1"})}) {
    CHECK_FALSE(set.overlaps(other));
    CHECK_FALSE(other.overlaps(set));
  }
}
