#include "origin/server.hpp"

#include "quiet_stream.hpp"

#include <doctest/doctest.h>

#include <array>

namespace larder::server_test {

using origin::Connection;
using origin::Server;
using test::quiet_connection;

namespace {

constexpr SteadyTime now{Seconds{1'000}};

}  // namespace

TEST_CASE("RFC 9110, section 7.2: a server's authority has the port that its scheme does not imply") {
  struct Case {
    net::Endpoint endpoint;
    bool is_tls;
    std::string authority;
  };
  const std::array<Case, 7> cases{{{{"app", "3000", {}}, false, "app:3000"},
                                   {{"app", "80", {}}, false, "app"},
                                   {{"app", "80", {}}, true, "app:80"},
                                   {{"app", "443", {}}, true, "app"},
                                   {{"app", "8443", {}}, true, "app:8443"},
                                   {{"::1", "80", {}}, false, "[::1]"},
                                   {{"", "", "/run/app.sock"}, false, "localhost"}}};
  for (const Case& one : cases) {
    origin::ServerSettings server{one.endpoint, {}};
    if (one.is_tls) server.tls.emplace();
    CHECK(server.authority() == one.authority);
  }
}

TEST_CASE("a server that fails rests for two seconds, and the change of state is reported once") {
  Server server{origin::ServerSettings{}};
  CHECK(!server.is_resting(now));
  CHECK(!server.note_success());
  CHECK(server.note_failure(now));
  CHECK(server.is_resting(now + Milliseconds{1'999}));
  CHECK(!server.is_resting(now + Seconds{2}));
  CHECK(!server.note_failure(now + Seconds{2}));
  CHECK(server.is_resting(now + Milliseconds{3'999}));
  CHECK(server.note_success());
  CHECK(!server.is_resting(now + Seconds{2}));
  CHECK(!server.note_success());
}

TEST_CASE("a server's unused connections are taken newest first, and only a bounded number is kept") {
  Server server{origin::ServerSettings{}};
  CHECK(server.last_kept() == SteadyTime::min());
  for (int i = 1; i <= 3; ++i) server.keep(quiet_connection(), 2, now + Seconds{i});
  CHECK(server.last_kept() == now + Seconds{2});
  CHECK(server.take_unused()->kept_at == now + Seconds{2});
  CHECK(server.take_unused()->kept_at == now + Seconds{1});
  CHECK(server.take_unused() == nullptr);
  CHECK(server.last_kept() == SteadyTime::min());
}

TEST_CASE("closing a server closes only the connections that are still in use") {
  for (const std::array<std::size_t, 2> ended : {std::array<std::size_t, 2>{0, 2}, {2, 0}, {0, 1}, {1, 2}}) {
    CAPTURE(ended[0]);
    CAPTURE(ended[1]);
    Server server{origin::ServerSettings{}};
    std::array<bool, 3> closed{};
    std::vector<std::unique_ptr<Connection>> connections;
    for (bool& is_closed : closed) server.note_use(*connections.emplace_back(quiet_connection(&is_closed)));
    for (const std::size_t i : ended) server.note_end(*connections[i]);
    server.close();
    std::array<bool, 3> expected{true, true, true};
    for (const std::size_t i : ended) expected[i] = false;
    CHECK(closed == expected);
  }
}

}  // namespace larder::server_test
