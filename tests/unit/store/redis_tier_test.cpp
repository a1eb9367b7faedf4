#include "redis_fixture.hpp"
#include "sample.hpp"
#include "scripted_log.hpp"
#include "support/redis_server.hpp"

#include <larder/store/memory_purge_log.hpp>
#include <larder/store/redis_tier.hpp>
#include <larder/store/tiered_store.hpp>

#include <doctest/doctest.h>

#include <set>

namespace larder::redis_tier_test {

using larder::Milliseconds;
using larder::store::Lookup;
using larder::store::MemoryPurgeLog;
using larder::store::RedisTier;
using larder::store::StoredResponse;
using larder::store::TieredStore;
using larder::test::fields_of;
using larder::test::LoopFixture;
using larder::test::RedisServer;
using larder::test::Sample;
using larder::test::ScriptedLog;

namespace {

const larder::http::FieldList no_fields;

struct Fixture : LoopFixture {
  RedisServer server;
  ScriptedLog purges;
  larder::redis::Client client{loop, larder::test::redis_settings(server.url()), log};
  RedisTier redis{client, purges, clock, {.key_prefix = "test", .max_lifetime = Milliseconds{3'600'000}}};

  Fixture() {
    client.start();
    REQUIRE(run_until([this] { return client.is_up(); }));
  }
  ~Fixture() {
    client.stop();
    drain();
  }

  Sample sample() {
    Sample sample;
    sample.response_time = clock.now();
    return sample;
  }
  Lookup find(const Sample& wanted, const larder::http::FieldList& fields = no_fields) {
    const std::string key = wanted.primary_key();
    return run(redis.find(key, fields));
  }
  long expiry(const std::string& name) { return std::stol(server.cli({"PTTL", name})); }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "entries have readable names and expire after what is left of their lifetime") {
  Sample sample = this->sample();
  sample.freshness = Milliseconds{100'000};
  larder::store::Draft draft = sample.draft();
  draft.lifetimes.initial_age = Milliseconds{40'000};
  draft.lifetimes.stale_while_revalidate = Milliseconds{5'000};
  draft.lifetimes.stale_if_error = Milliseconds{90'000};
  run(redis.put(StoredResponse::from(draft)));
  const std::string name = "test:r:GET:http://shop.example/products/7";
  CHECK(server.cli({"KEYS", "*"}) == name);
  CHECK(expiry(name) <= 150'000 + 150'000 / 16);
  CHECK(expiry(name) > 120'000);
}

TEST_CASE_FIXTURE(Fixture,
                  "nothing stays longer than max_lifetime plus a sixteenth, and nothing lacks an expiry") {
  Sample sample = this->sample();
  sample.freshness = Milliseconds{1'000'000'000};
  sample.vary = {"accept"};
  run(redis.put(sample.make()));
  const std::string names = server.cli({"KEYS", "*"});
  CHECK(std::count(names.begin(), names.end(), '\n') == 1);
  CHECK(expiry("test:r:GET:http://shop.example/products/7") > 0);
  CHECK(expiry("test:r:GET:http://shop.example/products/7") <= 3'825'000);
  CHECK(expiry("test:r:GET:http://shop.example/products/7#vary:accept") > 0);
  CHECK(expiry("test:r:GET:http://shop.example/products/7#vary:accept") <= 3'825'000);
}

TEST_CASE_FIXTURE(Fixture, "what can be validated stays past its freshness, and is found stale") {
  Sample sample = this->sample();
  sample.freshness = Milliseconds{0};
  larder::store::Draft draft = sample.draft();
  draft.fields.add("ETag", "\"1\"");
  run(redis.put(StoredResponse::from(draft)));
  CHECK(expiry("test:r:GET:http://shop.example/products/7") > 3'000'000);
  CHECK(expiry("test:r:GET:http://shop.example/products/7") <= 3'825'000);
  const Lookup found = find(sample);
  REQUIRE(found.response);
  CHECK(found.response->can_validate);
  CHECK(larder::policy::remaining_freshness(found.response->lifetimes, clock.now()) <= Milliseconds{0});
}

TEST_CASE_FIXTURE(Fixture, "what was fresh and cannot be validated stays a minute past that") {
  Sample sample = this->sample();
  sample.freshness = Milliseconds{1'000};
  run(redis.put(sample.make()));
  CHECK(expiry("test:r:GET:http://shop.example/products/7") > 55'000);
  CHECK(expiry("test:r:GET:http://shop.example/products/7") <= 61'000 + 61'000 / 16);
}

TEST_CASE_FIXTURE(Fixture, "of the variants that are remembered only those of at most 64 KiB are read") {
  Sample sample = this->sample();
  sample.vary = {"accept"};
  const std::string key = sample.primary_key();
  for (const std::size_t size : {60'000, 70'000}) {
    sample.request_fields = fields_of({{"Accept", std::to_string(size)}});
    sample.body.clear();
    for (std::uint32_t next = 1; sample.body.size() < size; next = next * 1'664'525 + 1'013'904'223)
      sample.body += static_cast<char>(next >> 24);  // not to be packed
    const auto response = sample.make();
    run(redis.put(response));
    redis.remember(*response);
  }
  const auto found = run(redis.variants(key));
  REQUIRE(found.size() == 1);
  CHECK(found.front()->content().size() == 60'000);
  CHECK(redis.counts().bad_records == 0);
}

TEST_CASE_FIXTURE(Fixture, "only what is of use later is accepted") {
  RedisTier tier(client, purges, clock, {.key_prefix = "test", .max_used_memory = 100});
  Sample sample = this->sample();
  CHECK(tier.accepts(*sample.make(), 0));
  sample.freshness = Milliseconds{0};
  CHECK_FALSE(tier.accepts(*sample.make(), 0));
  larder::store::Draft draft = sample.draft();
  draft.fields.add("ETag", "\"1\"");
  CHECK(tier.accepts(*StoredResponse::from(draft), 0));
  server.cli({"CONFIG", "SET", "maxmemory-policy", "noeviction"});
  server.cli({"CONFIG", "SET", "maxmemory", "1"});
  run(tier.put(StoredResponse::from(draft)));
  CHECK_FALSE(tier.accepts(*StoredResponse::from(draft), 0));
  server.cli({"CONFIG", "SET", "maxmemory", "0"});
  run(tier.put(StoredResponse::from(draft)));
  CHECK(tier.accepts(*StoredResponse::from(draft), 0));
}

TEST_CASE_FIXTURE(Fixture, "what cannot be read is not accepted") {
  RedisTier tier(client, purges, clock, {.key_prefix = "test", .max_used_memory = 100});
  const auto response = sample().make();
  run(tier.put(response));
  CHECK(tier.accepts(*response, 0));
  server.cli({"ACL", "SETUSER", "default", "-getrange"});
  run(tier.find(sample().primary_key(), {}));
  CHECK_FALSE(tier.accepts(*response, 0));
  server.cli({"ACL", "SETUSER", "default", "+getrange"});
  run(tier.find(sample().primary_key(), {}));
  CHECK(tier.accepts(*response, 0));
}

TEST_CASE_FIXTURE(Fixture, "entries written together do not expire together, and none before its use ends") {
  Sample sample = this->sample();
  sample.freshness = Milliseconds{1'000'000};
  std::set<long> expiries;
  for (int i = 0; i < 64; ++i) {
    sample.path = "/" + std::to_string(i);
    run(redis.put(sample.make()));
    const long left = expiry("test:r:GET:http://shop.example/" + std::to_string(i));
    CHECK(left + (clock.now() - sample.response_time).count() >= 1'000'000);
    CHECK(left <= 1'126'250);
    expiries.insert(left / 1'000);
  }
  CHECK(expiries.size() > 20);
}

TEST_CASE_FIXTURE(Fixture, "text content is packed in Redis, small and large, and restored unchanged") {
  for (const std::size_t size :
       {std::size_t{2'048}, larder::store::packed_piece, 3 * larder::store::packed_piece + 7}) {
    CAPTURE(size);
    Sample sample = this->sample();
    sample.path = "/" + std::to_string(size);
    while (sample.body.size() < size) sample.body += "{\"n\": " + std::to_string(sample.body.size()) + "}, ";
    sample.body.resize(size);
    run(redis.put(sample.make()));
    const std::string name = "test:r:GET:http://shop.example/" + std::to_string(size);
    CHECK(std::stoul(server.cli({"STRLEN", name})) < size / 2);
    const Lookup found = find(sample);
    REQUIRE(found.response);
    CHECK(found.response->content() == sample.body);
  }
  CHECK(redis.counts().packed_writes == 3);
}

TEST_CASE_FIXTURE(Fixture, "a garbled or shortened packed record is a miss, and counted") {
  Sample sample = this->sample();
  sample.body = std::string(10'000, 'x');
  const std::string name = "test:r:GET:http://shop.example/products/7";
  const std::string length = [&] {
    run(redis.put(sample.make()));
    return server.cli({"STRLEN", name});
  }();
  unsigned bad = 0;
  for (unsigned long at = 1; at < std::stoul(length); at += 17) {  // an empty value is like no value
    run(redis.put(sample.make()));
    server.cli({"EVAL",
                "local v = redis.call('GET', KEYS[1]); local i = tonumber(ARGV[1]) + 1; "
                "redis.call('SETRANGE', KEYS[1], ARGV[1], string.char(255 - string.byte(v, i)))",
                "1", name, std::to_string(at)});
    CHECK_FALSE(find(sample).response);
    ++bad;
    run(redis.put(sample.make()));
    server.cli({"EVAL", "redis.call('SET', KEYS[1], string.sub(redis.call('GET', KEYS[1]), 1, ARGV[1]))", "1",
                name, std::to_string(at)});
    CHECK_FALSE(find(sample).response);
    ++bad;
  }
  CHECK(redis.counts().bad_records == bad);
}

TEST_CASE_FIXTURE(Fixture, "packed content that claims to be larger than max_object is not unpacked") {
  Sample sample = this->sample();
  sample.body = std::string(100'000, 'x');
  run(redis.put(sample.make()));
  RedisTier lower{client, purges, clock, {.key_prefix = "test", .max_object = 99'999}};
  CHECK_FALSE(run(lower.find(sample.primary_key(), no_fields)).response);
  CHECK(lower.counts().bad_records == 1);
  CHECK(find(sample).response);
}

TEST_CASE_FIXTURE(Fixture,
                  "if too many new keys come, only those that come again or were found are written") {
  RedisTier tier{
      client, purges, clock, {.key_prefix = "test", .doorkeeper = {.newcomers_per_second = 0, .burst = 2}}};
  Sample sample = this->sample();
  for (int i = 0; i < 5; ++i) {
    sample.path = "/" + std::to_string(i);
    run(tier.put(sample.make()));
  }
  CHECK(server.cli({"DBSIZE"}) == "2");
  CHECK(tier.counts().unadmitted_writes == 3);
  run(tier.put(sample.make()));
  CHECK(server.cli({"DBSIZE"}) == "3");
  sample.path = "/found";
  run(redis.put(sample.make()));
  CHECK(run(tier.find(sample.primary_key(), no_fields)).response);
  sample.body = "newer";
  run(tier.put(sample.make()));
  CHECK(find(sample).response->content() == "newer");
}

TEST_CASE_FIXTURE(Fixture, "a response with no lifetime left replaces an older one, and is gone") {
  Sample sample = this->sample();
  run(redis.put(sample.make()));
  sample.freshness = Milliseconds{0};
  sample.response_time = clock.now() - Milliseconds{10'000};
  run(redis.put(sample.make()));
  CHECK(run_until([&] { return server.cli({"DBSIZE"}) == "0"; }));
}

TEST_CASE_FIXTURE(Fixture, "out of step with the purge log nothing is read or written") {
  const Sample sample = this->sample();
  run(redis.put(sample.make()));
  purges.in_step = false;
  CHECK_FALSE(find(sample).response);
  Sample other = sample;
  other.path = "/other";
  run(redis.put(other.make()));
  CHECK(redis.counts().skipped_writes == 1);
  purges.in_step = true;
  CHECK(find(sample).response);
  CHECK_FALSE(find(other).response);
}

TEST_CASE_FIXTURE(Fixture, "a server that does not have the log is neither read nor written") {
  const Sample sample = this->sample();
  run(redis.put(sample.make()));
  purges.is_elsewhere = true;
  CHECK_FALSE(find(sample).response);
  Sample other = sample;
  other.path = "/other";
  run(redis.put(other.make()));
  CHECK(redis.counts().skipped_writes == 1);
  purges.is_elsewhere = false;
  CHECK(find(sample).response);
  CHECK_FALSE(find(other).response);
}

TEST_CASE_FIXTURE(Fixture,
                  "a value that is not a record of ours, or is another key's, is a miss and counted") {
  const Sample sample = this->sample();
  const std::string name = "test:r:GET:http://shop.example/products/7";
  server.cli({"SET", name, "something else"});
  CHECK_FALSE(find(sample).response);
  CHECK(redis.counts().bad_records == 1);

  Sample other = sample;
  other.path = "/other";
  run(redis.put(other.make()));
  server.cli({"COPY", "test:r:GET:http://shop.example/other", name, "REPLACE"});
  CHECK_FALSE(find(sample).response);
  CHECK(redis.counts().bad_records == 2);

  server.cli({"DEL", name});
  server.cli({"LPUSH", name, "a list"});
  CHECK_FALSE(find(sample).response);
  CHECK(redis.counts().failed_reads == 1);
}

TEST_CASE_FIXTURE(Fixture, "Redis gone is a miss, and writing to it does not delay requests") {
  const Sample sample = this->sample();
  run(redis.put(sample.make()));
  server.stop();
  CHECK_FALSE(find(sample).response);
  run(redis.put(sample.make()));
  server.restart();
  REQUIRE(run_until([this] { return client.is_up(); }));
  CHECK_FALSE(find(sample).response);
  run(redis.put(sample.make()));
  CHECK(find(sample).response);
}

TEST_CASE_FIXTURE(Fixture, "a put that is not awaited is seen by the next find, also with Vary") {
  TieredStore tiered(nullptr, &redis, purges, clock);
  for (const bool vary : {false, true}) {
    Sample sample = this->sample();
    sample.path = vary ? "/varying" : "/plain";
    if (vary) sample.vary = {"accept"};
    const auto put_and_find = [](TieredStore& store, Sample stored) -> larder::Task<Lookup> {
      const std::string key = stored.primary_key();
      co_await store.put(stored.make());
      co_return co_await store.find(key, no_fields);
    };
    CHECK(run(put_and_find(tiered, sample)).response);
  }
}

TEST_CASE_FIXTURE(Fixture, "writes that are not awaited are bounded in bytes") {
  TieredStore tiered(nullptr, &redis, purges, clock);
  server.pause();
  Sample sample = this->sample();
  sample.body = std::string(TieredStore::max_pending_bytes / 4, 'x');
  for (int i = 0; i < 6; ++i) run(tiered.put(sample.make()));
  CHECK(tiered.skipped_writes() >= 2);
  server.resume();
}

TEST_CASE_FIXTURE(Fixture, "a finished write gives its bytes back: later ones are not skipped") {
  TieredStore tiered(nullptr, &redis, purges, clock);
  Sample sample = this->sample();
  sample.body = std::string(TieredStore::max_pending_bytes / 12, 'x');
  for (unsigned i = 0; i < 16; ++i) {
    sample.path = "/" + std::to_string(i);
    run(tiered.put(sample.make()));
    REQUIRE(run_until([&] { return redis.counts().writes == i + 1; }));
    // Replies come in order: after this one the write is done.
    CHECK(find(sample).response);
  }
  CHECK(tiered.skipped_writes() == 0);
}

TEST_CASE_FIXTURE(Fixture, "a stale response in memory is replaced by what another instance stored since") {
  larder::store::MemoryTier memory{1u << 20, 1u << 16};
  TieredStore tiered(&memory, &redis, purges, clock);
  Sample stale = sample();
  stale.response_time -= Milliseconds{120'000};
  stale.body = "stale";
  memory.put(stale.make());
  const auto found = [&] {
    return std::string(run(tiered.find(stale.primary_key(), no_fields)).response->content());
  };
  CHECK(found() == "stale");

  Sample fresh = sample();
  fresh.body = "fresh";
  run(redis.put(fresh.make()));
  CHECK(found() == "fresh");
  server.stop();
  CHECK(found() == "fresh");
}

TEST_CASE_FIXTURE(Fixture, "a fresh response in memory is replaced by a newer one if asked to") {
  larder::store::MemoryTier memory{1u << 20, 1u << 16};
  TieredStore tiered(&memory, &redis, purges, clock);
  Sample known = sample();
  known.response_time -= Milliseconds{10'000};
  const auto response = known.make();
  memory.put(response);
  CHECK(run(tiered.find_newer(response, no_fields)) == nullptr);
  run(redis.put(response));
  CHECK(run(tiered.find_newer(response, no_fields)) == nullptr);

  Sample newer = sample();
  newer.body = "newer";
  run(redis.put(newer.make()));
  CHECK(tiered.find_now(known.primary_key(), no_fields) == response);
  CHECK(run(tiered.find_newer(response, no_fields))->content() == "newer");
  CHECK(tiered.find_now(known.primary_key(), no_fields)->content() == "newer");
}

TEST_CASE_FIXTURE(
    Fixture, "large content that was read is counted until it is released, and beyond the bound is a miss") {
  const auto budget = std::make_shared<larder::ByteBudget>(150'000);
  RedisTier bounded{client, purges, clock, {.key_prefix = "test", .buffered = budget}};
  Sample first = sample();
  Sample second = sample();
  first.path = "/1";
  second.path = "/2";
  for (Sample* each : {&first, &second}) {
    each->body = std::string(100'000, 'x');
    run(bounded.put(each->make()));
  }
  const auto find = [&](const Sample& wanted) {
    return run(bounded.find(wanted.primary_key(), no_fields)).response;
  };
  auto held = find(first);
  REQUIRE(held != nullptr);
  CHECK(budget->held() == 100'000);
  CHECK(find(second) == nullptr);
  held = nullptr;
  CHECK(budget->held() == 0);
  CHECK(find(second) != nullptr);
}

}  // namespace larder::redis_tier_test
