#include <larder/admin/purge_command.hpp>

#include <doctest/doctest.h>

#include <sstream>

using larder::admin::PurgeArguments;
using larder::admin::reachable;
using larder::admin::run_purge;
using larder::admin::to_json;
using larder::net::Endpoint;
using larder::net::parse_endpoint;

TEST_CASE("an order becomes what the admin API reads") {
  PurgeArguments order;
  order.selected["prefix"] = "/a\"b";
  order.host = "shop.example";
  order.dry_run = true;
  CHECK(to_json(order) == R"({"prefix":"/a\"b","host":"shop.example","dry_run":true})");
  PurgeArguments all;
  all.all = true;
  CHECK(to_json(all) == R"({"all":true})");
}

TEST_CASE("a listener on every address is reached at the loopback address") {
  CHECK(reachable(*parse_endpoint("0.0.0.0:9090")).text() == "127.0.0.1:9090");
  CHECK(reachable(*parse_endpoint(":9090")).text() == "127.0.0.1:9090");
  CHECK(reachable(*parse_endpoint("[::]:9090")).text() == "[::1]:9090");
  CHECK(reachable(*parse_endpoint("10.0.0.7:9090")).text() == "10.0.0.7:9090");
}

TEST_CASE("an order that names nothing, or too much, is refused before any larder is asked") {
  std::ostringstream out;
  std::ostringstream errors;
  PurgeArguments order;
  CHECK(run_purge(order, Endpoint{}, "", out, errors) == 2);
  order.selected["url"] = "/a";
  order.selected["tag"] = "b";
  CHECK(run_purge(order, Endpoint{}, "", out, errors) == 2);
  CHECK(out.str().empty());
  CHECK(errors.str() ==
        "larder purge: one of url, prefix, pattern, tag and all must say what to purge\n"
        "larder purge: tag and url: only one may say what to purge\n");
}
