#include "origin/balancer.hpp"

#include "quiet_stream.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace larder::balancer_test {

using origin::Balancing;
using origin::Server;

namespace {

constexpr SteadyTime now{Seconds{1'000}};

/// The state of a server. Times are seconds before `now`.
struct State {
  int failed = never;
  std::vector<int> kept{};
  static constexpr int never = 1'000;
};

std::vector<Server> servers_in(const std::vector<State>& states) {
  std::vector<Server> servers;
  for (const State& state : states) {
    Server& server = servers.emplace_back(origin::ServerSettings{});
    if (state.failed != State::never) server.note_failure(now - Seconds{state.failed});
    for (const int kept : state.kept) server.keep(test::quiet_connection(), 128, now - Seconds{kept});
  }
  return servers;
}

constexpr Balancing last_used = Balancing::last_used;

const State up;
const State rests{.failed = 1};
const State has_rested{.failed = 2};

}  // namespace

TEST_CASE("each way of balancing chooses a server by the state of all servers") {
  struct Case {
    std::string what;
    Balancing balancing;
    std::vector<State> servers;
    std::size_t turn;
    bool needs_new_connection;
    std::size_t chosen;
  };
  const std::vector<Case> cases{
      {"one server", last_used, {up}, 0, true, 0},
      {"one server, however often it was used", last_used, {up}, 5, true, 0},
      {"the next in turn", last_used, {up, up, up}, 1, true, 1},
      {"the first after the last", last_used, {up, up, up}, 3, true, 0},
      {"a resting one is skipped", last_used, {up, rests, up}, 1, true, 2},
      {"so is the last one", last_used, {up, up, rests}, 2, true, 0},
      {"all but one rest", last_used, {rests, up, rests}, 2, true, 1},
      {"a rest ends after two seconds", last_used, {up, has_rested, up}, 1, true, 1},
      {"all rest: the next in turn", last_used, {rests, rests, rests}, 2, true, 2},
      {"no unused connection: as for a new one", last_used, {up, rests, up}, 1, false, 2},
      {"the only unused connection", last_used, {up, {.kept = {9}}, up}, 0, false, 1},
      {"the one that was used last",
       last_used,
       {{.kept = {9, 3}}, {.kept = {8, 2}}, {.kept = {4}}},
       0,
       false,
       1},
      {"even if its server rests", last_used, {up, {.failed = 1, .kept = {9}}, up}, 0, false, 1},
      {"a new connection is still made in turn", last_used, {up, up, {.kept = {1}}}, 1, true, 1},
  };
  const pipeline::Request request;
  for (const Case& one : cases) {
    CAPTURE(one.what);
    CHECK(origin::choose(one.balancing, servers_in(one.servers),
                         {.request = request,
                          .needs_new_connection = one.needs_new_connection,
                          .turn = one.turn,
                          .now = now}) == one.chosen);
  }
}

}  // namespace larder::balancer_test
