/// Random reads, writes and purges over three larders on one Redis while that fails in every way: no read
/// begun after a write was answered returns an older version (src/README.md, "Promises").
///   MODEL_OPERATIONS, MODEL_SEED, MODEL_CLIENTS and MODEL_FAULTS=off control the run.
#include "fleet.hpp"
#include "phases.hpp"
#include "player.hpp"
#include "site.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <iostream>
#include <thread>

namespace larder::test::model {
namespace {

using std::chrono::milliseconds;

/// What is asserted under `push`; the delay seen is far shorter, and printed.
const milliseconds bound = is_sanitized() ? milliseconds(10'000) : milliseconds(1'000);

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::stoull(text);
}

struct Game {
  Site site;
  Fleet fleet{site.url()};
  Phases phases{bound};
  Score score;
  std::map<std::string, int> faults;
  Measure recovery;

  void play(std::uint64_t operations, int players, std::uint64_t seed, bool with_faults);
  void fail_until(const std::atomic<bool>& done, std::uint64_t seed);
  void report(std::ostream& out) const;
};

void Game::play(std::uint64_t operations, int players, std::uint64_t seed, bool with_faults) {
  std::atomic<std::uint64_t> left{operations};
  std::atomic<bool> done{false};
  std::vector<std::jthread> threads;
  for (int i = 0; i < players; ++i) {
    threads.emplace_back([&, i] {
      Player player(site, fleet, phases, score, seed * 1'000 + static_cast<std::uint64_t>(i));
      for (auto before = left.load(); before != 0; before = left.load()) {
        if (left.compare_exchange_weak(before, before - 1)) player.play();
      }
    });
  }
  std::jthread failing([&] {
    if (with_faults) fail_until(done, seed);
  });
  threads.clear();
  done = true;
}

void Game::fail_until(const std::atomic<bool>& done, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  while (!done) {
    // Now and then long enough for the bound of `push` to apply again.
    const auto calm = milliseconds(100 + random() % 400) + (random() % 3 == 0 ? 2 * bound : milliseconds(0));
    const auto until = std::chrono::steady_clock::now() + calm;
    while (!done && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(milliseconds(20));
    if (done) return;
    phases.disturb();
    ++faults[fleet.fail(random)];
    const auto healed = std::chrono::steady_clock::now();
    if (!fleet.is_whole()) {
      const std::lock_guard lock(score.mutex);
      score.violations.push_back("the fleet did not recover\n" + fleet.log());
    }
    recovery.add(std::chrono::steady_clock::now() - healed);
    phases.calm();
  }
}

void Game::report(std::ostream& out) const {
  const auto list = [&out](const char* title, const auto& counts) {
    out << title << ":";
    for (const auto& [name, count] : counts) out << "  " << name << " " << count;
    out << "\n";
  };
  list("reads", score.reads);
  list("writes", score.writes);
  list("faults", faults);
  out << "from the end of a fault until all instances know all purges: " << recovery.text() << "\n"
      << "push, no fault: from a write's response to the first read elsewhere that shows it: "
      << score.seen_after.text() << "\n"
      << "push, no fault: reads elsewhere that showed an older version began this long after the response: "
      << score.older_when_calm.text() << "\n"
      << "push, in faults: the same: " << score.older_in_faults.text() << "\n"
      << "violations: " << score.violations.size() << "\n";
}

}  // namespace

TEST_CASE("No read begun after a write was answered shows an older version, whatever fails") {
  const std::uint64_t operations = setting("MODEL_OPERATIONS", is_sanitized() ? 5'000 : 20'000);
  const std::uint64_t seed = setting("MODEL_SEED", 1);
  const char* const faults = std::getenv("MODEL_FAULTS");
  Game game;
  REQUIRE(game.fleet.is_whole());
  const auto began = std::chrono::steady_clock::now();
  game.play(operations, static_cast<int>(setting("MODEL_CLIENTS", 6)), seed,
            faults == nullptr || std::string(faults) != "off");
  const auto took = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began);
  std::cout << operations << " operations, seed " << seed << ", in " << took.count() << " ms\n";
  game.report(std::cout);
  for (std::size_t i = 0; i < std::min<std::size_t>(game.score.violations.size(), 10); ++i) {
    FAIL_CHECK(game.score.violations[i]);
  }
  CHECK(game.score.violations.empty());
}

}  // namespace larder::test::model
