#include "sample.hpp"

#include <larder/base/byte_budget.hpp>
#include <larder/store/memory_tier.hpp>

#include <doctest/doctest.h>

#include <random>
#include <thread>

namespace larder::memory_tier_test {

using larder::store::MemoryTier;
using larder::store::StoredResponsePtr;
using larder::test::fields_of;
using larder::test::Sample;

namespace {

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;
constexpr std::uint64_t most_beside = 80;  // the cost of an entry
const larder::http::FieldList no_fields;

StoredResponsePtr numbered(int number, std::size_t size = 100) {
  Sample sample;
  sample.path = "/products/" + std::to_string(number);
  sample.body = std::string(size, 'x');
  return sample.make();
}

bool has(MemoryTier& tier, const StoredResponsePtr& response) {
  return tier.find(response->primary_key(), no_fields).response == response;
}

}  // namespace

TEST_CASE("the memory tier returns the very response that was stored") {
  MemoryTier tier(mib, 64 * kib);
  const auto response = numbered(1);
  CHECK(tier.find(response->primary_key(), no_fields).absence == MemoryTier::Absence::no_key);
  tier.put(response);
  CHECK(tier.find(response->primary_key(), no_fields).response == response);
  CHECK(tier.counts().entries == 1);
  CHECK(tier.counts().bytes >= response->weight());
  CHECK(tier.counts().bytes <= response->weight() + most_beside);
}

TEST_CASE("a later response replaces the previous one; a copy from another tier does not") {
  MemoryTier tier(mib, 64 * kib);
  const auto older = numbered(1);
  const auto newer = numbered(1, 5'000);
  tier.put(older);
  tier.put(newer);
  CHECK(has(tier, newer));
  CHECK(tier.counts().entries == 1);
  CHECK(tier.counts().bytes >= newer->weight());
  CHECK(tier.counts().bytes <= newer->weight() + most_beside);
  tier.put(older, MemoryTier::Replace::if_newer);
  CHECK(has(tier, newer));
  tier.drop(*older);  // another response under the same key
  CHECK(has(tier, newer));
  tier.drop(*newer);
  CHECK(tier.counts().entries == 0);
  CHECK(tier.counts().bytes == 0);
}

TEST_CASE("variants are stored side by side, and selected by the request's fields (RFC 9111, section 4.1)") {
  MemoryTier tier(mib, 64 * kib);
  Sample sample;
  sample.vary = {"accept-language"};
  const auto german = fields_of({{"Accept-Language", "de"}});
  const auto french = fields_of({{"accept-language", "fr"}});
  sample.request_fields = german;
  const auto in_german = sample.make();
  sample.request_fields = french;
  const auto in_french = sample.make();
  tier.put(in_german);
  CHECK(tier.find(sample.primary_key(), german).response == in_german);
  CHECK(tier.find(sample.primary_key(), french).absence == MemoryTier::Absence::no_variant);
  tier.put(in_french);
  CHECK(tier.find(sample.primary_key(), german).response == in_german);
  CHECK(tier.find(sample.primary_key(), french).response == in_french);
  CHECK(tier.find(sample.primary_key(), no_fields).response == nullptr);
  // A variant's own key is not a primary key.
  CHECK(tier.find(in_german->variant_key(), german).response == nullptr);
  CHECK(tier.counts().entries == 3);
}

TEST_CASE("a response stored under other Vary names is never selected by mistake") {
  MemoryTier tier(mib, 64 * kib);
  const auto request = fields_of({{"Accept-Language", "de"}, {"Accept", "text/html"}});
  Sample sample;
  sample.request_fields = request;
  sample.vary = {"accept-language"};
  const auto by_language = sample.make();
  sample.vary = {"accept"};
  const auto by_type = sample.make();
  sample.vary = {};
  const auto without = sample.make();

  tier.put(by_language);
  tier.put(by_type);
  CHECK(tier.find(sample.primary_key(), request).response == by_type);
  CHECK(tier.find(sample.primary_key(), fields_of({{"Accept-Language", "de"}})).response == nullptr);
  tier.put(without);
  CHECK(tier.find(sample.primary_key(), no_fields).response == without);
  tier.put(by_language);
  CHECK(tier.find(sample.primary_key(), request).response == by_language);
  CHECK(tier.find(sample.primary_key(), no_fields).response == nullptr);

  // Nor is one that varies by something else, even if stored under the same key.
  auto draft = larder::store::copy_of(by_type);
  draft.variant_key = by_language->variant_key();
  tier.put(larder::store::StoredResponse::from(draft));
  sample.vary = {"accept-language"};
  sample.request_fields = fields_of({{"Accept-Language", "fr"}});
  const auto in_french = sample.make();
  tier.put(in_french);
  CHECK(tier.find(sample.primary_key(), sample.request_fields).response == in_french);
  CHECK(tier.find(sample.primary_key(), request).response == nullptr);
}

TEST_CASE("newer Vary names from another tier replace ours; a response here stays") {
  MemoryTier tier(mib, 64 * kib);
  const auto request = fields_of({{"Accept-Language", "de"}, {"Accept", "text/html"}});
  Sample sample;
  sample.request_fields = request;
  sample.vary = {"accept-language"};
  tier.put(sample.make());
  sample.vary = {"accept"};
  const auto by_type = sample.make();
  tier.put(by_type, MemoryTier::Replace::if_newer);
  CHECK(tier.find(sample.primary_key(), request).response == by_type);
}

TEST_CASE("an object of the largest size fits, and one larger than a shard is refused") {
  MemoryTier tier(256 * mib, 8 * mib);
  CHECK(tier.shards() >= 8);
  CHECK(tier.shards() * tier.shard_capacity() <= 256 * mib);
  const auto largest = numbered(1, 8 * mib);
  tier.put(largest);
  CHECK(has(tier, largest));

  MemoryTier small(64 * kib, 8 * mib);
  CHECK(small.shards() == 1);
  const auto before = numbered(2);
  small.put(before);
  const auto too_large = numbered(2, 64 * kib);
  small.put(too_large);
  CHECK(small.counts().refused == 1);
  CHECK_FALSE(has(small, too_large));
  CHECK_FALSE(has(small, before));  // older than the refused one
  CHECK(small.counts().bytes == 0);
}

TEST_CASE("the memory tier stays within its size whatever is stored") {
  constexpr std::uint64_t limit = 2 * mib;
  MemoryTier tier(limit, 32 * kib);
  CHECK(tier.shards() > 1);
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    const int number = static_cast<int>(random() % 3'000);
    if (random() % 3 == 0) {
      tier.find(numbered(number)->primary_key(), no_fields);
    } else {
      tier.put(numbered(number, random() % (32 * kib)));
    }
    if (round % 100 == 0) REQUIRE(tier.counts().bytes <= limit);
  }
  CHECK(tier.counts().bytes <= limit);
  CHECK(tier.counts().bytes > limit / 2);
  CHECK(tier.counts().evictions > 1'000);
}

TEST_CASE("responses requested once do not displace those requested often") {
  MemoryTier tier(mib, mib);
  REQUIRE(tier.shards() == 1);
  std::vector<StoredResponsePtr> hot;
  for (int i = 0; i < 100; ++i) {
    hot.push_back(numbered(i, 2 * kib));
    tier.put(hot.back());
  }
  for (int once = 1'000; once < 11'000; ++once) {
    tier.put(numbered(once, 2 * kib));
    if (once % 10 == 0) {
      for (const auto& response : hot) tier.find(response->primary_key(), no_fields);
    }
  }
  for (const auto& response : hot) CHECK(has(tier, response));
}

TEST_CASE("a response that returns soon after its eviction is kept longer than a new one") {
  MemoryTier tier(256 * kib, mib);
  REQUIRE(tier.shards() == 1);
  int next = 1'000;
  const auto returning = numbered(1, kib);
  tier.put(returning);
  // A full tier evicts the oldest of the small queue first.
  while (tier.counts().evictions == 0) tier.put(numbered(next++, kib));
  REQUIRE_FALSE(has(tier, returning));
  tier.put(returning);  // its ghost is known: straight into the main queue
  for (int i = 0; i < 1'000; ++i) tier.put(numbered(next++, kib));
  CHECK(has(tier, returning));
}

TEST_CASE("the memory tier is safe to use from many threads") {
  MemoryTier tier(mib, 16 * kib);
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (unsigned seed = 0; seed < 4; ++seed) {
    threads.emplace_back([&tier, &wrong, seed] {
      std::mt19937 random(seed);
      for (int round = 0; round < 5'000; ++round) {
        const auto response = numbered(static_cast<int>(random() % 500), random() % (4 * kib));
        const auto found = tier.find(response->primary_key(), no_fields).response;
        if (found && found->primary_key() != response->primary_key()) ++wrong;
        if (found && random() % 8 == 0) tier.drop(*found);
        if (!found) tier.put(response);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(tier.counts().bytes <= mib);
}

TEST_CASE("everything the memory tier holds counts once in the budget, until it is gone") {
  const auto budget = std::make_shared<larder::ByteBudget>(64 * mib);
  MemoryTier tier(mib, 64 * kib, budget);
  for (int number = 0; number < 500; ++number) tier.put(numbered(number, 7 * kib));
  CHECK(tier.counts().evictions > 0);
  CHECK(budget->held() == tier.counts().bytes);
  for (int number = 0; number < 500; ++number) {
    Sample large;
    large.path = "/products/" + std::to_string(number);
    large.body = std::string(20 * kib, 'x');
    auto draft = larder::store::copy_of(large.make());
    draft.content = larder::ByteBudget::count(budget, larder::Bytes::copy_of(large.body));
    tier.put(larder::store::StoredResponse::from(draft));
  }
  // An allocation is rounded up.
  CHECK(budget->held() <= tier.counts().bytes);
  CHECK(budget->held() + 16 * tier.counts().entries >= tier.counts().bytes);
  CHECK(budget->counts_beside(tier.counts().bytes).held == 0);
  for (int number = 0; number < 500; ++number) {
    const auto found = tier.find(numbered(number)->primary_key(), no_fields).response;
    if (found != nullptr) tier.drop(*found);
  }
  CHECK(budget->held() == 0);
}

TEST_CASE("if others hold all memory, the tier replaces old responses with new ones, or stores nothing") {
  const auto budget = std::make_shared<larder::ByteBudget>(mib);
  MemoryTier tier(mib, mib, budget);
  for (int number = 0; number < 50; ++number) tier.put(numbered(number, 7 * kib));
  // But for what is kept back for small contents.
  const auto others = larder::ByteBudget::allocate(budget, mib - mib / 64 - budget->held());
  for (int number = 50; number < 100; ++number) {
    const auto response = numbered(number, 7 * kib);
    CHECK(tier.accepts(*response, 0));
    tier.put(response);
    CHECK(has(tier, response));
    CHECK(tier.accepts(*response, 0));
    CHECK(budget->held() <= mib);
  }
  CHECK(tier.counts().entries >= 49);
  const auto more = larder::ByteBudget::allocate(budget, 600 * kib);
  CHECK_FALSE(tier.accepts(*numbered(100, 7 * kib), 0));
  CHECK_FALSE(tier.accepts(*numbered(100, 0), 7 * kib));
  for (int number = 100; number < 200; ++number) tier.put(numbered(number, 7 * kib));
  CHECK(tier.counts().refused > 0);
  CHECK(budget->held() <= mib + 600 * kib);
}

}  // namespace larder::memory_tier_test
