#include "support.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::config;

namespace {

using Templates = std::vector<policy::FieldTemplate>;
using Names = std::vector<std::string>;

void check_route_mistakes(std::initializer_list<Mistake> mistakes) {
  for (const auto& [keys, told] : mistakes) {
    CAPTURE(std::string(keys));
    const Loaded loaded = load_route(keys);
    REQUIRE(!loaded.diagnostics.empty());
    const std::string text = loaded.diagnostics.front().text();
    CHECK_MESSAGE(text.ends_with(told), text);
    CHECK_FALSE(loaded.ok());
  }
}

}  // namespace

TEST_CASE("what is wrong with a route's request is told at its place") {
  check_route_mistakes({
      {"request: off", "request: expected a map, found \"off\": as {set: {X-Tenant: \"{host}\"}}"},
      {"request: {headers: {A: b}}", "request: unknown key \"headers\": it belongs in a route"},
      {"request: {sett: {A: b}}", "request: unknown key \"sett\", did you mean \"set\"?"},
      {"request: {set: X-A}",
       "request.set: expected a map of header names to their values, found \"X-A\": as {X-A: b}"},
      {"request: {set: {\"X A\": b}}", "request.set: expected a header name, found \"X A\""},
      {"request: {set: {\"X-*\": b}}",
       "request.set: \"X-*\" would be taken literally, its * too: fields are named one by one"},
      {"request: {set: {X-A: [b, c]}}",
       "request.set.X-A: expected a text without control bytes, found a list"},
      {"request: {set: {X-A: \"\"}}", "request.set.X-A: is empty: to leave the field out, say remove: [X-A]"},
      {"request: {set: {X-A: \"a\\r\\nX-B: c\"}}",
       "request.set.X-A: expected a text without control bytes, found \"a??X-B: c\""},
      {"request: {set: {X-A: \"a\\0b\"}}",
       "request.set.X-A: expected a text without control bytes, found \"a?b\""},
      {"request: {set: {X-A: b, x-a: c}}", "request.set: \"x-a\" is there twice: case does not count"},
      {"request: {set: {X-A: \"{hots}\"}}",
       "request.set.X-A: \"{hots}\": there is no \"{hots}\" here, did you mean \"host\"?"},
      {"request: {set: {X-A: \"{host\"}}", "request.set.X-A: \"{host\" has a \"{\" without its \"}\""},
      {"request: {set: {X-A: $host}}",
       "request.set.X-A: \"$host\" would be sent as it stands, did you mean \"{host}\"?"},
      {"request: {set: {X-A: \"$remote_addr\"}}",
       "request.set.X-A: \"$remote_addr\" would be sent as it stands, did you mean \"{client}\"?"},
      {"match: [\"/a/{id}\", \"/b/{it}\"], request: {set: {X-A: \"{id}\"}}",
       "request.set.X-A: \"{id}\": not every pattern of the match has \"{id}\""},
      {"request: {set: {X-A: \"{client}\"}}",
       "request: \"{client}\" is not part of the key: one client's answer would go to all others; it needs "
       "\"cache: off\""},
      {"request: {add: {X-A: \"a {client}\"}}",
       "request: \"{client}\" is not part of the key: one client's answer would go to all others; it needs "
       "\"cache: off\""},
      {"request: {set: {Host: a}}",
       "request.set: \"Host\" cannot be written: it says which site is asked for, as the key does"},
      {"request: {set: {Content-Length: 1}}",
       "request.set: \"Content-Length\" cannot be written: it is of one connection or message: larder writes "
       "it"},
      {"request: {set: {transfer_encoding: chunked}}",
       "request.set: \"transfer_encoding\" cannot be written: it is of one connection or message: larder "
       "writes it"},
      {"request: {set: {Connection: close}}",
       "request.set: \"Connection\" cannot be written: it is of one connection or message: larder writes it"},
      {"request: {add: {Via: a}}",
       "request.add: \"Via\" cannot be written: it is what larder itself says of clients and of itself"},
      {"request: {set: {X-Forwarded-For: a}}",
       "request.set: \"X-Forwarded-For\" cannot be written: it is what larder itself says of clients and of "
       "itself"},
      {"request: {set: {Range: bytes=0-}}",
       "request.set: \"Range\" cannot be written: it says which part or state is asked for: larder asks by "
       "what is stored"},
      {"request: {remove: [If-None-Match]}",
       "request.remove: \"If-None-Match\" cannot be removed: it says which part or state is asked for: "
       "larder "
       "asks by what is stored"},
      {"request: {remove: [Accept-Encoding]}",
       "request.remove: \"Accept-Encoding\" cannot be removed: it is sent as those of zstd, br and gzip that "
       "the client takes"},
      {"request: {add: {Cookie: a=b}}", "request.add: \"Cookie\" cannot be written: it is one line: say set"},
      {"request: {remove: [\"*\"]}", "request.remove: \"*\" names every field"},
      {"request: {remove: [\"^X-.*$\"]}",
       "request.remove: \"^X-.*$\" is a regular expression, and would only match itself: names are literal, "
       "and * stands for any run of characters, did you mean \"X-*\"?"},
      {"request: {remove: X-A}",
       "request.remove: expected a list of header names, found \"X-A\", did you mean [X-A]?"},
      {"request: {set: {X-A: b}, add: {x-a: c}}",
       "request: \"X-A\" cannot be both set and added: set replaces what is there"},
      {"request: {set: {X-A: b}, remove: [x-a]}", "request: \"X-A\" cannot be both written and removed"},
      {"request: {add: {X-A: b}, remove: [x-a]}",
       "request: \"X-A\" cannot be both written and removed: set replaces what is there"},
      {"headers: [X-A], request: {set: {X-A: b}}",
       "request: \"X-A\" cannot be part of the key (headers): request replaces what clients send of it"},
      {"headers: [X-A], request: {remove: [\"X-*\"]}",
       "request: \"X-A\" cannot be part of the key (headers): request replaces what clients send of it"},
      {"vary: {X-A: ignore}, request: {set: {X-A: b}}",
       "request: \"X-A\" cannot have a rule of vary: request replaces what clients send of it"},
  });
}

TEST_CASE("what is wrong with a route's response is told at its place") {
  check_route_mistakes({
      {"response: {set: {ETag: \"\\\"1\\\"\"}}",
       "response.set: \"ETag\" cannot be written: it says how the response is read, which larder and the "
       "origin know"},
      {"response: {set: {Age: 1}}",
       "response.set: \"Age\" cannot be written: it says how the response is read, which larder and the "
       "origin know"},
      {"response: {add: {Vary: Origin}}",
       "response.add: \"Vary\" cannot be written: it says how the response is read, which larder and the "
       "origin know"},
      {"response: {set: {content-length: 1}}",
       "response.set: \"content-length\" cannot be written: it says how the response is read, which larder "
       "and the origin know"},
      {"response: {add: {Set-Cookie: a=b}}",
       "response.add: \"Set-Cookie\" cannot be written: it is one client's own, and answers from cache go to "
       "all"},
      {"response: {set: {X-Cache: HIT}}",
       "response.set: \"X-Cache\" cannot be written: it says what larder did, and can only be removed"},
      {"response: {set: {X-A: \"{client}\"}}",
       "response.set.X-A: \"{client}\": there is no \"{client}\" here"},
      {"response: {set: {X-A: \"a\\nb\"}}",
       "response.set.X-A: expected a text without control bytes, found \"a?b\""},
      {"response: {remove: [\"*\"]}", "response.remove: \"*\" names every field"},
      {"response: {set: {X-A: b}, remove: [X-A]}", "response: \"X-A\" cannot be both written and removed"},
  });
}

TEST_CASE("what is wrong with an upstream's request is told at its place") {
  const Mistake mistakes[] = {
      {"{set: {X-A: \"{client}\"}}", "request.set.X-A: \"{client}\": there is no \"{client}\" here"},
      {"{set: {X-A: \"{id}\"}}", "request.set.X-A: \"{id}\": there is no \"{id}\" here"},
      {"{set: {Host: a}}",
       "request.set: \"Host\" cannot be written: it says which site is asked for, as the key does"},
  };
  for (const auto& [rule, told] : mistakes) {
    const Loaded loaded =
        load("upstreams: {api: {servers: \"http://h:1\", request: " + std::string(rule) + "}}\n");
    REQUIRE(!loaded.diagnostics.empty());
    CHECK_MESSAGE(loaded.diagnostics.front().text().ends_with(told), loaded.diagnostics.front().text());
  }
}

TEST_CASE("rules about fields are read as they are written, and shown so that they read back") {
  const Loaded loaded = load(
      "upstreams: {api: {servers: \"http://h:1\", request: {set: {X-Api-Version: 2}, remove: [X-Debug]}}}\n"
      "routes:\n"
      "  - match: /t/{tenant}/x\n"
      "    request: {set: {X-Tenant: \"{tenant} of {host}\"}, add: {X-Via: [a, b]}, remove: "
      "[\"X-Internal-*\"]}\n"
      "    response: {set: {Cache-Control: \"public, max-age=60\", NEL: '{\"max_age\":60}'}, add: {Link: "
      "</a>},\n"
      "               remove: [Server, \"X-Internal-*\"], always: on}\n"
      "  - {match: /off, cache: off, request: {set: {X-Client: \"{client}\"}}}\n");
  CHECK(texts_of(loaded.diagnostics) == "");
  CHECK(loaded.config.upstreams.at(0).request ==
        policy::RequestRule{.set = Templates{{"X-Api-Version", "2"}}, .add = {}, .remove = {"X-Debug"}});
  const policy::Route& route = loaded.config.routes.at(0);
  CHECK(route.request == policy::RequestRule{.set = Templates{{"X-Tenant", "{tenant} of {host}"}},
                                             .add = Templates{{"X-Via", "a"}, {"X-Via", "b"}},
                                             .remove = {"X-Internal-*"}});
  CHECK(route.response == policy::ResponseRule{.set = Templates{{"Cache-Control", "public, max-age=60"},
                                                                {"NEL", "{\"max_age\":60}"}},
                                               .add = Templates{{"Link", "</a>"}},
                                               .remove = {"Server", "X-Internal-*"},
                                               .always = true});
  CHECK(load(to_yaml(loaded.config)).config == loaded.config);
}

TEST_CASE("rules of the defaults and of a route go together field by field") {
  const Loaded loaded = load_with_upstream(
      "defaults: {route: {request: {set: {X-A: a, X-B: b}, remove: [X-C, X-D]},\n"
      "                   response: {set: {X-E: e, X-F: f}, add: {X-G: g}, remove: [X-H]}}}\n"
      "routes:\n"
      "  - {match: /a, request: {set: {x-a: own, X-C: c}, remove: [X-B]},\n"
      "     response: {remove: [\"X-E*\", X-G], set: {X-H: h}}}\n"
      "  - match: /b\n");
  CHECK(texts_of(loaded.diagnostics) == "");
  const policy::Route& own = loaded.config.routes.at(0);
  CHECK(own.request == policy::RequestRule{.set = Templates{{"x-a", "own"}, {"X-C", "c"}},
                                           .add = {},
                                           .remove = {"X-B", "X-D"}});
  CHECK(own.response == policy::ResponseRule{.set = Templates{{"X-H", "h"}, {"X-F", "f"}},
                                             .add = {},
                                             .remove = {"X-E*", "X-G"}});
  CHECK(loaded.config.routes.at(1).request == loaded.config.defaults.route.request);
  CHECK(load(to_yaml(loaded.config)).config == loaded.config);
}

TEST_CASE("what is sent as a credential is not shown") {
  const Loaded loaded = load_route("request: {set: {Authorization: \"Bearer ${TOKEN:-s3cret}\", X-A: b}}");
  CHECK(texts_of(loaded.diagnostics) == "");
  CHECK(loaded.config.routes.at(0).request.set.at(0).text == "Bearer s3cret");
  const std::string yaml = to_yaml(loaded.config);
  CHECK(yaml.find("s3cret") == yaml.npos);
  CHECK(yaml.find("X-A: b") != yaml.npos);
}

TEST_CASE("a default's {client} is refused where a route is cached") {
  const Loaded loaded = load_with_upstream(
      "defaults: {route: {cache: off, request: {set: {X-Client: \"{client}\"}}}}\n"
      "routes: [{match: /a}, {match: /b, cache: on}]\n");
  CHECK(texts_of(loaded.diagnostics) ==
        "t.yaml:3:23: route \"/b\": \"{client}\" is not part of the key: one client's answer would go to all "
        "others; it needs \"cache: off\"\n");
}
