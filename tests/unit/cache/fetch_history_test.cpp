#include "cache/fetch_history.hpp"

#include "support/manual_clock.hpp"

#include <doctest/doctest.h>

using namespace larder;
using namespace larder::cache;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  test::ManualClock clock;
  FetchHistory history;

  /// What is stored under a key and came `age` ago: another copy with each call.
  store::StoredResponsePtr stored(const std::string& key = "GET:http://shop.test/a", Milliseconds age = 1s,
                                  bool softly_purged = false) const {
    store::Draft draft;
    draft.primary_key = draft.variant_key = key;
    draft.lifetimes.response_time = Time{Milliseconds{1'700'000'000'000}} - age;
    draft.softly_purged = softly_purged;
    return store::StoredResponse::from(draft);
  }
  bool claim(const store::StoredResponsePtr& response) {
    return history.claim(*response, clock.now(), clock.now() + 5min);
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "one fetch at a time has the right, whichever copy of the response asks for it") {
  CHECK(claim(stored()));
  CHECK_FALSE(claim(stored()));
  SUBCASE("until it is given back") {
    history.release(*stored());
    CHECK(claim(stored()));
  }
  SUBCASE("until it rests no longer") {
    history.rest(*stored(), clock.now() + 1s);
    CHECK_FALSE(claim(stored()));
    clock.advance(1s);
    CHECK(claim(stored()));
  }
  SUBCASE("until it lasts too long") {
    clock.advance(5min);
    CHECK(claim(stored()));
  }
  SUBCASE("another one's is its own: of another key, of another moment, and softly purged meanwhile") {
    CHECK(claim(stored("GET:http://shop.test/b")));
    CHECK(claim(stored("GET:http://shop.test/a", 2s)));
    CHECK(claim(stored("GET:http://shop.test/a", 1s, true)));
  }
}

TEST_CASE_FIXTURE(Fixture, "whether the origin hangs is known of a response, until it answers") {
  CHECK_FALSE(history.hangs(*stored()));
  history.set_hangs(*stored(), true);
  CHECK(history.hangs(*stored()));
  CHECK(history.hangs(*stored("GET:http://shop.test/a", 1s, true)));
  CHECK_FALSE(history.hangs(*stored("GET:http://shop.test/b")));
  CHECK(claim(stored()));
  history.set_hangs(*stored(), false);
  CHECK_FALSE(history.hangs(*stored()));
  CHECK_FALSE(claim(stored()));
}

TEST_CASE_FIXTURE(Fixture, "what is remembered is bounded: what was set longest ago goes first") {
  constexpr std::size_t many = 2 * FetchHistory::shards * FetchHistory::most;
  for (std::size_t i = 0; i < many; ++i) history.set_hangs(*stored(std::to_string(i)), true);
  std::size_t remembered = 0;
  for (std::size_t i = 0; i < many; ++i) remembered += history.hangs(*stored(std::to_string(i))) ? 1 : 0;
  CHECK(remembered <= many / 2);
  CHECK(remembered > many / 3);
  CHECK_FALSE(history.hangs(*stored("0")));
  CHECK(history.hangs(*stored(std::to_string(many - 1))));
}
