#include "policy/documented_names.hpp"
#include "support.hpp"

#include <larder/policy/credentials.hpp>
#include <larder/policy/query_credentials.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

using namespace larder;
using namespace larder::config;

namespace {

/// What is wrong with `credentials: {...}`, without file and place.
std::string complaint_of(std::string_view credentials) {
  const Loaded loaded = load_with_upstream("credentials: {" + std::string(credentials) + "}\n");
  if (loaded.diagnostics.empty()) return "";
  REQUIRE(loaded.diagnostics.size() == 1);
  CHECK(loaded.diagnostics[0].line == 2);
  return loaded.diagnostics[0].message;
}

}  // namespace

TEST_CASE("fields that identify the client are added and removed, and written back") {
  const Loaded loaded = load_with_upstream(
      "credentials: {add: [X-Tenant, \"X-Acme-*\"], remove: [X-Tenant-Id, \"X-Consumer-*\"]}\n");
  CHECK(texts_of(loaded.diagnostics) == "");
  CHECK(loaded.config.credentials ==
        Credentials{.add = {"X-Tenant", "X-Acme-*"}, .remove = {"X-Tenant-Id", "X-Consumer-*"}});
  CHECK(load(to_yaml(loaded.config)).config.credentials == loaded.config.credentials);
  CHECK(load_with_upstream("").config.credentials == Credentials{});
}

TEST_CASE("fields that hold tags are named, and written back") {
  CHECK(load_with_upstream("").config.tag_fields == policy::TagFields::documented_names());
  const Loaded loaded = load_with_upstream("tag_fields: [Surrogate-Key, X-Tags]\n");
  CHECK(texts_of(loaded.diagnostics) == "");
  CHECK(loaded.config.tag_fields == std::vector<std::string>{"Surrogate-Key", "X-Tags"});
  CHECK(load(to_yaml(loaded.config)).config.tag_fields == loaded.config.tag_fields);
  CHECK(load_with_upstream("tag_fields: []\n").config.tag_fields.empty());
  for (const auto& [value, message] : std::initializer_list<std::pair<const char*, const char*>>{
           {"[\"X Tags\"]", "tag_fields: expected a header name, found \"X Tags\""},
           {"[Connection]", "tag_fields: \"Connection\" is of one connection: it holds no tags"},
           {"X-Tags",
            "tag_fields: expected a list of header names, found \"X-Tags\", did you mean [X-Tags]?"},
       }) {
    const Loaded wrong = load_with_upstream("tag_fields: " + std::string(value) + "\n");
    REQUIRE(wrong.diagnostics.size() == 1);
    CHECK(wrong.diagnostics[0].message == message);
  }
}

TEST_CASE("invalid credentials are an error at their place") {
  const std::pair<const char*, const char*> cases[] = {
      {"add: [\"X Tenant\"]",
       "credentials.add: expected a header name, in which * stands for any run of characters, found \"X "
       "Tenant\""},
      {"add: [Authorization]",
       "credentials.add: \"Authorization\" is a credential always: a route can key it by \"headers\" or "
       "\"cookies\""},
      {"add: [cookie]",
       "credentials.add: \"cookie\" is a credential always: a route can key it by \"headers\" or "
       "\"cookies\""},
      {"add: [\"^X-Acme-\"]",
       "credentials.add: \"^X-Acme-\" is a regular expression, and would only match itself: names are "
       "literal, "
       "and * stands for any run of characters, did you mean \"X-Acme-*\"?"},
      {"add: [\"*\"]", "credentials.add: \"*\" names every field"},
      {"add: [X-Forwarded-For]",
       "credentials.add: \"X-Forwarded-For\" never identifies the client: larder itself writes it, or it is "
       "of one "
       "connection"},
      {"add: [keep-alive]",
       "credentials.add: \"keep-alive\" never identifies the client: larder itself writes it, or it is of "
       "one "
       "connection"},
      {"add: [x_api_key]", "credentials.add: \"x_api_key\" is on the list already"},
      {"remove: [X-Tenant-Di]",
       "credentials.remove: \"X-Tenant-Di\" is not on the list of fields that identify the client, did you "
       "mean "
       "\"X-Tenant-Id\"?"},
      {"remove: [Authorization]",
       "credentials.remove: \"Authorization\" is a credential always: a route can key it by \"headers\" or "
       "\"cookies\""},
      {"remove: [X-Acme]",
       "credentials.remove: \"X-Acme\" is not on the list of fields that identify the client"},
      {"ad: [X-Tenant]", "credentials: unknown key \"ad\", did you mean \"add\"?"},
      {"add: X-Tenant",
       "credentials.add: expected a list of header names, found \"X-Tenant\", did you mean [X-Tenant]?"},
      {"remove: [\"X-Consumer-Id\"]", ""},
      {"remove: [\"X-Fo*\", remote_user]", ""},
  };
  for (const auto& [credentials, message] : cases) {
    CAPTURE(credentials);
    CHECK(complaint_of(credentials) == message);
  }
}

TEST_CASE("config/README.md names every field, cookie and parameter of the documented lists") {
  std::ifstream file(std::string(LARDER_SOURCE_DIR) + "/config/README.md");
  const std::string page{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  for (const auto* list : {&policy::CredentialFields::documented_names(), &policy::script_cookies(),
                           &policy::query_credentials(), &policy::query_signatures(),
                           &policy::query_signature_companions(), &policy::fields_of_one_request()}) {
    for (const std::string& name : *list) {
      CAPTURE(name);
      CHECK(page.find("`" + name + "`") != std::string::npos);
    }
  }
  for (const auto& [first, second] : policy::query_signature_pairs()) {
    CAPTURE(first);
    CHECK(page.find("`" + first + "` with `" + second + "`") != std::string::npos);
  }
}
