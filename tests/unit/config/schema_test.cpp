#include "config/reference.hpp"

#include <larder/config/schema.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <doctest/doctest.h>

using namespace larder::config;

TEST_CASE("the JSON Schema describes every key as the manual does") {
  const std::string schema = json_schema();
  CHECK(boost::json::parse(schema).as_object().at("$schema") == "http://json-schema.org/draft-07/schema#");
  for (const KeyEntry& key : all_keys()) {
    CAPTURE(key.path);
    const std::string name = key.path.substr(key.path.find_last_of('.') + 1);
    CHECK(schema.find("\"" + name + "\":{") != std::string::npos);
    CHECK(schema.find("\"description\":" + boost::json::serialize(boost::json::value(key.about))) !=
          std::string::npos);
  }
}
