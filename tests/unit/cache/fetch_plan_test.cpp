#include "cache/fetch_plan.hpp"

#include "workbench.hpp"

#include <doctest/doctest.h>

namespace larder::fetch_plan_test {

using namespace larder::cache;
using larder::test::Lines;
using larder::test::Workbench;

namespace {

const Lines part_lines{{"ETag", "\"1\""}, {"Content-Range", "bytes 0-3/10"}};

/// Stores the first four of ten bytes.
void store_part(Workbench& bench, const std::string& path) {
  bench.fill(path, {{"Range", "bytes=0-3"}}, part_lines, "0123", 206);
}

std::string sent(const Workbench::Asked& asked, const FetchPlan& plan) {
  http::FieldList fields;
  add_conditions(fields, asked.transaction, plan);
  return std::string(fields.wire());
}

}  // namespace

TEST_CASE("a response that needs validation is validated by its validators") {
  Workbench bench;
  bench.fill("/a", {}, {{"ETag", "\"1\""}}, "a");
  const auto asked = bench.ask("/a", {{"Range", "bytes=0-3"}});
  asked->transaction.stored = bench.stored(*asked);
  REQUIRE(asked->transaction.stored != nullptr);
  CHECK(std::holds_alternative<Whole>(bench.plan(*asked)));
  asked->transaction.validates = true;
  const FetchPlan plan = bench.plan(*asked);
  REQUIRE(std::holds_alternative<Validate>(plan));
  CHECK(sent(*asked, plan) == "If-None-Match: \"1\"\r\n");

  SUBCASE("not if it has been purged meanwhile: then it is fetched like any other") {
    bench.purge("shop.test/a");
    CHECK(std::holds_alternative<Whole>(without_purged(bench.context, asked->transaction, plan)));
  }
}

TEST_CASE("a request that selects none of the stored variants asks which of them answers it") {
  Workbench bench;
  for (const std::string language : {"de", "en"}) {
    bench.fill("/a", {{"Accept-Language", language}},
               {{"Vary", "Accept-Language"}, {"ETag", "\"" + language + "\""}}, language);
  }
  const auto asked = bench.ask("/a", {{"Accept-Language", "fr"}});
  CHECK(std::holds_alternative<Whole>(bench.plan(*asked)));
  asked->transaction.why = policy::Reason::vary;
  const FetchPlan plan = bench.plan(*asked);
  REQUIRE(std::holds_alternative<WhichVariant>(plan));
  CHECK(sent(*asked, plan) == "If-None-Match: \"en\", \"de\"\r\n");

  const WhichVariant& which = std::get<WhichVariant>(plan);
  http::ResponseHead not_modified;
  not_modified.status = 304;
  CHECK(selected_variant(which, not_modified) == nullptr);
  not_modified.fields.add("ETag", "\"de\"");
  REQUIRE(selected_variant(which, not_modified) != nullptr);
  CHECK(selected_variant(which, not_modified)->content() == "de");

  SUBCASE("variants purged meanwhile are left out") {
    bench.purge("shop.test/a");
    CHECK(std::holds_alternative<Whole>(without_purged(bench.context, asked->transaction, plan)));
  }
  SUBCASE("not for a part, nor while purges may have been missed") {
    asked->transaction.knows_purges = false;
    CHECK(std::holds_alternative<Whole>(bench.plan(*asked)));
    const auto part = bench.ask("/a", {{"Accept-Language", "fr"}, {"Range", "bytes=0-3"}});
    part->transaction.why = policy::Reason::vary;
    const FetchPlan range = bench.plan(*part);
    REQUIRE(std::holds_alternative<Whole>(range));
    CHECK(sent(*part, range) == "Range: bytes=0-3\r\n");
  }
}

TEST_CASE("variants without entity tags cannot be asked about") {
  Workbench bench;
  bench.fill("/a", {{"Accept-Language", "de"}},
             {{"Vary", "Accept-Language"}, {"Last-Modified", "Mon, 13 Nov 2023 22:13:20 GMT"}}, "de");
  const auto asked = bench.ask("/a", {{"Accept-Language", "fr"}});
  asked->transaction.why = policy::Reason::vary;
  CHECK(std::holds_alternative<Whole>(bench.plan(*asked)));
}

TEST_CASE("if a part is stored only the rest is requested, provided that makes a shareable whole") {
  Workbench bench;
  store_part(bench, "/a");
  const auto asked = bench.ask("/a");
  const FetchPlan plan = bench.plan(*asked);
  REQUIRE(std::holds_alternative<RestOfPart>(plan));
  CHECK(sent(*asked, plan) == "Range: bytes=4-\r\nIf-Range: \"1\"\r\n");

  SUBCASE("not if it has been purged meanwhile") {
    bench.purge("shop.test/a");
    CHECK(std::holds_alternative<Whole>(without_purged(bench.context, asked->transaction, plan)));
  }
  SUBCASE("not if a whole response is stored, or the response is known not to be shareable") {
    asked->transaction.hit_for_miss = "as known";
    CHECK(std::holds_alternative<Whole>(bench.plan(*asked)));
    asked->transaction.hit_for_miss.reset();
    asked->transaction.stored = std::get<RestOfPart>(plan).part;
    CHECK(std::holds_alternative<Whole>(bench.plan(*asked)));
  }
  SUBCASE("not for a request that identifies its client, a HEAD, or another Range") {
    for (const Lines& lines : {Lines{{"Authorization", "Basic x"}}, Lines{{"Range", "bytes=0-1"}}}) {
      const auto other = bench.ask("/a", lines);
      CHECK(std::holds_alternative<Whole>(bench.plan(*other)));
    }
    const auto head = bench.ask("/a", {}, "HEAD");
    CHECK(std::holds_alternative<Whole>(bench.plan(*head)));
  }
  SUBCASE("not if the whole is too large to be stored") {
    bench.settings->max_object = 9;
    CHECK(std::holds_alternative<Whole>(bench.plan(*asked)));
  }
}

}  // namespace larder::fetch_plan_test
