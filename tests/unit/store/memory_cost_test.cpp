#include "sample.hpp"

#include <larder/store/memory_tier.hpp>

#include <doctest/doctest.h>

#include <malloc.h>
#include <random>

namespace larder::memory_cost_test {

// What the memory tier says it holds is what the process has allocated for it. Sanitizers have their own
// allocator, which malloc's statistics do not cover.
#ifndef __has_feature
#define __has_feature(name) 0
#endif
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)

using larder::store::Draft;
using larder::store::MemoryTier;
using larder::store::StoredResponse;
using larder::test::Sample;

namespace {

constexpr std::uint64_t mib = 1024 * 1024;

/// Bytes allocated, including the allocator's overhead.
double allocated() {
  const auto figures = ::mallinfo2();
  return static_cast<double>(figures.uordblks + figures.hblkhd);
}

/// A stored response like that of an ordinary origin.
Draft draft(std::size_t number, std::size_t size) {
  Sample sample;
  sample.path = "/products/" + std::to_string(number);
  sample.body = std::string(size, 'x');
  Draft draft = sample.draft();
  draft.variant_key.clear();
  draft.fields.add("Server", "nginx/1.22.1");
  draft.fields.add("Date", "Sat, 21 Nov 2026 10:50:40 GMT");
  draft.fields.add("Last-Modified", "Sat, 21 Nov 2026 10:50:40 GMT");
  draft.fields.add("Cache-Control", "max-age=3600");
  draft.fields.add("Accept-Ranges", "bytes");
  draft.fields.add("Via", "1.1 larder");
  return draft;
}

}  // namespace

TEST_CASE("a stored response of 1 KiB takes at most 1.5 KiB all in") {
  constexpr std::size_t count = 10'000;
  MemoryTier tier(1024 * mib, mib);
  const double before = allocated();
  for (std::size_t i = 0; i < count; ++i) tier.put(StoredResponse::from(draft(i, 1024)));
  const double each = (allocated() - before) / count;
  MESSAGE("allocated for each: " << each);
  CHECK(tier.counts().entries == count);
  CHECK(each <= 1536);
}

TEST_CASE("a full memory tier has allocated about as many bytes as its limit, and never more") {
  for (const std::size_t largest : {100, 2'000, 50'000}) {
    CAPTURE(largest);
    std::mt19937 random(1);
    const double before = allocated();
    {
      MemoryTier tier(8 * mib, mib);
      std::size_t number = 0;
      // Until it has been filled several times over: ghosts take memory too.
      while (tier.counts().evictions < 3 * tier.counts().entries + 1) {
        tier.put(StoredResponse::from(draft(number++, random() % largest)));
      }
      const double grown = allocated() - before;
      MESSAGE("allocated of 8 MiB: " << grown / (8 * mib));
      CHECK(grown <= 8 * mib * 1.01);
      CHECK(grown >= 8 * mib * 0.93);
    }
    CHECK(allocated() - before < mib / 4);
  }
}

TEST_CASE("what many small entries leave behind counts when a few large ones replace them") {
  const double before = allocated();
  MemoryTier tier(8 * mib, mib);
  std::size_t number = 0;
  while (tier.counts().evictions == 0) tier.put(StoredResponse::from(draft(number++, 0)));
  for (int i = 0; i < 1'000; ++i) tier.put(StoredResponse::from(draft(number++, 100'000)));
  CHECK(tier.counts().entries < 1'000);
  CHECK(allocated() - before <= 8 * mib * 1.01);
}

#endif

}  // namespace larder::memory_cost_test
