// One suite for every Store.
#include "redis_fixture.hpp"
#include "sample.hpp"
#include "support/redis_server.hpp"

#include <larder/store/memory_purge_log.hpp>
#include <larder/store/memory_store.hpp>
#include <larder/store/redis_tier.hpp>
#include <larder/store/tiered_store.hpp>

#include <doctest/doctest.h>

namespace larder::store_conformance_test {

using larder::Milliseconds;
using larder::Time;
using larder::http::FieldList;
using larder::policy::Reason;
using larder::store::Lookup;
using larder::store::MemoryPurgeLog;
using larder::store::MemoryStore;
using larder::store::MemoryTier;
using larder::store::PurgeBatch;
using larder::store::RedisTier;
using larder::store::Store;
using larder::store::StoredResponse;
using larder::store::TieredStore;
using larder::test::fields_of;
using larder::test::LoopFixture;
using larder::test::RedisServer;
using larder::test::Sample;
using Kind = larder::policy::Purge::Kind;

namespace {

constexpr std::uint64_t mib = 1024 * 1024;
const FieldList no_fields;

/// What every store is tested with; the purge log is the simplest one.
struct Base : LoopFixture {
  MemoryPurgeLog purges{clock, {}};
  MemoryTier memory{16 * mib, mib};

  virtual ~Base() = default;
  virtual Store& store() = 0;

  Sample sample() {
    Sample sample;
    sample.response_time = clock.now();
    sample.born = purges.mark().position;
    sample.checked = purges.mark().sequence;
    return sample;
  }
  Lookup find(const Sample& wanted, const FieldList& fields = no_fields) {
    const std::string key = wanted.primary_key();
    return run(store().find(key, fields));
  }
  void put(const Sample& sample) { run(store().put(sample.make())); }
  void purge(Kind kind, const std::string& value) { run(purges.append({.purges = {{kind, value}}})); }
};

struct OverMemory : Base {
  MemoryStore only{memory, purges};
  Store& store() override { return only; }
};

struct WithRedis : Base {
  RedisServer server;
  larder::redis::Client client{loop, larder::test::redis_settings(server.url()), log};
  RedisTier redis{client, purges, clock, {}};

  WithRedis() {
    client.start();
    REQUIRE(run_until([this] { return client.is_up(); }));
  }
  ~WithRedis() override {
    client.stop();
    drain();
  }
};

struct OverRedis : WithRedis {
  Store& store() override { return redis; }
};

struct OverBoth : WithRedis {
  TieredStore tiered{&memory, &redis, purges, clock};
  Store& store() override { return tiered; }
};

/// `memory: 0`
struct OverRedisAlone : WithRedis {
  TieredStore tiered{nullptr, &redis, purges, clock};
  Store& store() override { return tiered; }
};

struct OverMemoryAlone : Base {
  TieredStore tiered{&memory, nullptr, purges, clock};
  Store& store() override { return tiered; }
};

}  // namespace

TEST_CASE_TEMPLATE("every store: a stored response is found unchanged", Under, OverMemory, OverRedis,
                   OverBoth, OverRedisAlone, OverMemoryAlone) {
  Under under;
  Sample sample = under.sample();
  sample.query = "?page=2&q=%20{x}";
  sample.tags = {"a", "b"};
  sample.body = std::string(100'000, 'x');
  CHECK(under.find(sample).absence == Reason::absent);
  under.put(sample);
  const Lookup found = under.find(sample);
  REQUIRE(found.response);
  const auto expected = sample.make();
  CHECK(found.response->primary_key() == expected->primary_key());
  CHECK(found.response->content() == expected->content());
  CHECK(found.response->field_lines() == expected->field_lines());
  CHECK(copy_of(found.response).lifetimes == copy_of(expected).lifetimes);
  CHECK(copy_of(found.response).tags == copy_of(expected).tags);
  CHECK(found.response->born == expected->born);
}

TEST_CASE_TEMPLATE("every store: keys too long for a name, and empty content", Under, OverMemory, OverRedis,
                   OverBoth, OverRedisAlone) {
  Under under;
  Sample sample = under.sample();
  sample.query = "?" + std::string(3'000, 'q');
  sample.body = "";
  under.put(sample);
  REQUIRE(under.find(sample).response);
  CHECK(under.find(sample).response->content().empty());
  sample.query += "q";
  CHECK_FALSE(under.find(sample).response);
}

TEST_CASE_TEMPLATE("every store: a later response replaces the previous one", Under, OverMemory, OverRedis,
                   OverBoth, OverRedisAlone) {
  Under under;
  Sample sample = under.sample();
  under.put(sample);
  sample.body = "later";
  under.put(sample);
  CHECK(under.find(sample).response->content() == "later");
}

TEST_CASE_TEMPLATE("every store: variants are selected by the request's fields (RFC 9111, section 4.1)",
                   Under, OverMemory, OverRedis, OverBoth, OverRedisAlone) {
  Under under;
  Sample sample = under.sample();
  sample.vary = {"accept-language"};
  const FieldList german = fields_of({{"Accept-Language", "de"}});
  const FieldList french = fields_of({{"Accept-Language", "fr"}});
  sample.request_fields = german;
  sample.body = "sieben";
  under.put(sample);
  CHECK(under.find(sample, german).response->content() == "sieben");
  CHECK(under.find(sample, french).absence == Reason::vary);
  CHECK(under.find(sample, no_fields).absence == Reason::vary);
  sample.request_fields = french;
  sample.body = "sept";
  under.put(sample);
  CHECK(under.find(sample, german).response->content() == "sieben");
  CHECK(under.find(sample, french).response->content() == "sept");
}

TEST_CASE_TEMPLATE("every store that cache asks: the variants under a key are known, but for purged ones",
                   Under, OverMemory, OverBoth, OverRedisAlone) {
  Under under;
  Sample sample = under.sample();
  const auto contents = [&] {
    std::string all;
    const std::string key = sample.primary_key();
    for (const auto& variant : under.run(under.store().variants(key))) all += variant->content();
    return all;
  };
  CHECK(contents().empty());
  sample.vary = {"accept-language"};
  for (const char* language : {"de", "fr", "en"}) {
    sample.request_fields = fields_of({{"Accept-Language", language}});
    sample.body = language;
    if (sample.body == "en") under.purge(Kind::resource, "shop.example/products/7");
    if (sample.body == "en") {
      sample.born = under.purges.mark().position;
      sample.checked = under.purges.mark().sequence;
    } else {
      CHECK(contents() == (sample.body == "fr" ? "de" : ""));
    }
    under.put(sample);
  }
  CHECK(contents() == "en");
}

TEST_CASE_TEMPLATE("every store: a response under other Vary names is not selected by mistake", Under,
                   OverMemory, OverRedis, OverBoth, OverRedisAlone) {
  Under under;
  const FieldList request = fields_of({{"Accept-Language", "de"}, {"Accept", "text/html"}});
  Sample sample = under.sample();
  sample.request_fields = request;
  sample.vary = {"accept-language"};
  under.put(sample);
  sample.vary = {"accept"};
  sample.body = "html";
  under.put(sample);
  CHECK(under.find(sample, request).response->content() == "html");
  CHECK_FALSE(under.find(sample, fields_of({{"Accept-Language", "de"}})).response);
}

TEST_CASE_TEMPLATE("every store: a purged response is not found, one fetched after the purge is", Under,
                   OverMemory, OverRedis, OverBoth, OverRedisAlone, OverMemoryAlone) {
  Under under;
  Sample sample = under.sample();
  sample.tags = {"product:7"};
  for (const auto& [kind, value] : std::vector<std::pair<Kind, std::string>>{
           {Kind::resource, "shop.example/products/7"}, {Kind::tag, "product:7"}, {Kind::all, "*"}}) {
    under.put(sample);
    REQUIRE(under.find(sample).response);
    under.purge(kind, value);
    CHECK_FALSE(under.find(sample).response);
    // Fetched before the purge and stored late.
    under.put(sample);
    CHECK_FALSE(under.find(sample).response);
    sample.born = under.purges.mark().position;
    sample.checked = under.purges.mark().sequence;
  }
}

TEST_CASE_TEMPLATE("every store: a softly purged response is found, stale, until a fresh one replaces it",
                   Under, OverMemory, OverRedis, OverBoth, OverRedisAlone, OverMemoryAlone) {
  Under under;
  Sample sample = under.sample();
  under.put(sample);
  PurgeBatch batch;
  batch.purges = {{Kind::all, "*"}};
  batch.strength = larder::store::Strength::soft;
  under.run(under.purges.append(std::move(batch)));
  for (int again = 0; again < 2; ++again) {
    const Lookup stale = under.find(sample);
    REQUIRE(stale.response);
    CHECK(stale.response->softly_purged);
    CHECK(larder::policy::remaining_freshness(stale.response->lifetimes, under.clock.now()) <=
          Milliseconds{0});
    CHECK(stale.response->content() == "seven");
  }
  CHECK(under.store().find_now(sample.primary_key(), no_fields) == nullptr);
  sample.response_time = under.clock.now();
  sample.born = under.purges.mark().position;
  sample.checked = under.purges.mark().sequence;
  under.put(sample);
  CHECK_FALSE(under.find(sample).response->softly_purged);
}

TEST_CASE_TEMPLATE("every store: a stale response is found, with its own age", Under, OverMemory, OverBoth,
                   OverRedis) {
  Under under;
  Sample sample = under.sample();
  sample.freshness = Milliseconds{1'000};
  sample.response_time = under.clock.now() - Milliseconds{5'000};
  larder::store::Draft draft = sample.draft();
  draft.lifetimes.stale_if_error = Milliseconds{3'600'000};
  under.run(under.store().put(StoredResponse::from(draft)));
  REQUIRE(under.find(sample).response);
  CHECK(under.find(sample).response->lifetimes.response_time() == sample.response_time);
}

TEST_CASE_FIXTURE(OverBoth, "what came from Redis is kept in memory too") {
  const Sample wanted = sample();
  run(redis.put(wanted.make()));
  const std::string key = wanted.primary_key();
  CHECK_FALSE(tiered.find_now(key, no_fields));
  REQUIRE(find(wanted).response);
  const auto in_memory = tiered.find_now(key, no_fields);
  REQUIRE(in_memory);
  CHECK(in_memory == find(wanted).response);
  purge(Kind::resource, "shop.example/products/7");
  CHECK_FALSE(tiered.find_now(key, no_fields));
}

}  // namespace larder::store_conformance_test
