#include <larder/net/endpoint.hpp>

#include <doctest/doctest.h>

namespace larder::endpoint_test {

using namespace larder::net;

TEST_CASE("an endpoint is a host and a port, only a port, or the path of a Unix socket") {
  struct Case {
    const char* text;
    const char* shown;  // nullptr: refused
  };
  for (const auto& [text, shown] :
       {Case{"127.0.0.1:8080", "127.0.0.1:8080"}, Case{"[::1]:80", "[::1]:80"},
        Case{"localhost:1", "localhost:1"}, Case{":8080", "0.0.0.0:8080"}, Case{"8080", "0.0.0.0:8080"},
        Case{"unix:/run/x.sock", "unix:/run/x.sock"}, Case{"", nullptr}, Case{"host:", nullptr},
        Case{"host:70000", nullptr}, Case{"::1:80", nullptr}, Case{"[::1:80", nullptr},
        Case{"unix:", nullptr}, Case{"host:8x", nullptr}}) {
    CAPTURE(text);
    const auto endpoint = parse_endpoint(text);
    CHECK(endpoint.has_value() == (shown != nullptr));
    if (endpoint && shown != nullptr) CHECK(endpoint->text() == shown);
  }
}

}  // namespace larder::endpoint_test
