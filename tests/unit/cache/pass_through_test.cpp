#include "cache/pass_through.hpp"

#include "workbench.hpp"

#include <doctest/doctest.h>

namespace larder::pass_through_test {

using namespace larder::cache;
using larder::test::answer_of;
using larder::test::field_of;
using larder::test::run_task;
using larder::test::Workbench;

namespace {

/// A tunnel that leads nowhere.
class NoTunnel final : public pipeline::Tunnel {
 public:
  Task<> relay(net::ByteStream&, std::string_view) override { co_return; }
};

pipeline::Response switching(const std::string& accept) {
  pipeline::Response response =
      answer_of(101, {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Accept", accept}});
  response.tunnel = std::make_unique<NoTunnel>();
  return response;
}

pipeline::Response pass(Workbench& bench, Workbench::Asked& asked) {
  asked.transaction.why = policy::Reason::method;
  Result<pipeline::Response> response = run_task(bench.loop, bench.pass_through.pass(asked.transaction));
  REQUIRE(response.has_value());
  return std::move(*response);
}

}  // namespace

TEST_CASE("a safe request is passed on, and purges nothing") {
  Workbench bench;
  bench.fill("/a", {}, {}, "a");
  bench.origin.answers({[] { return answer_of(200, {}, "mine"); }});
  const auto asked = bench.ask("/a", {{"Cookie", "a=b"}});
  const pipeline::Response response = pass(bench, *asked);
  CHECK(response.body.bytes().view() == "mine");
  CHECK(response.cache_result == pipeline::CacheResult::bypass);
  CHECK(bench.stored(*bench.ask("/a"))->content() == "a");
}

TEST_CASE("a write purges what it changed before its response is sent, unless it failed") {
  for (const auto& [status, is_purged] : {std::pair{204, true}, {302, true}, {404, false}}) {
    CAPTURE(status);
    Workbench bench;
    bench.fill("/a", {}, {}, "a");
    const int answered = status;
    bench.origin.answers({[answered] { return answer_of(answered); }});
    pass(bench, *bench.ask("/a", {}, "PUT"));
    CHECK((bench.stored(*bench.ask("/a")) == nullptr) == is_purged);
  }
}

TEST_CASE("a write of unknown outcome purges immediately; stop() does not lose the second purge") {
  Workbench bench;
  bench.fill("/a", {}, {}, "a");
  bench.origin.answers({[]() -> Result<pipeline::Response> { return Error::closed; }});
  CHECK(pass(bench, *bench.ask("/a", {}, "PUT")).head.status == 502);
  CHECK(bench.stored(*bench.ask("/a")) == nullptr);
  const std::uint64_t sequence = bench.log.mark().sequence;
  bench.pass_through.stop();
  bench.loop.restart();
  bench.loop.run();
  CHECK(bench.log.mark().sequence == sequence + 1);
}

TEST_CASE("a write of unknown outcome purges again after a while, including what was fetched meanwhile") {
  Workbench bench;
  bench.settings->purge_again_after = Milliseconds{300};
  bench.origin.answers({[]() -> Result<pipeline::Response> { return Error::closed; }});
  CHECK(pass(bench, *bench.ask("/a", {}, "PUT")).head.status == 502);
  bench.fill("/a", {}, {}, "before or after the write?");
  bench.loop.restart();
  bench.loop.run();
  CHECK(bench.stored(*bench.ask("/a")) == nullptr);
}

TEST_CASE("the response to a POST that names its own resource is stored for GETs, as new as its own purge") {
  Workbench bench;
  bench.fill("/a", {}, {}, "old");
  bench.origin.answers({[] {
    return answer_of(200, {{"Content-Location", "/a"}, {"Cache-Control", "max-age=60"}}, "new");
  }});
  pass(bench, *bench.ask("/a", {}, "POST"));
  REQUIRE(bench.stored(*bench.ask("/a")) != nullptr);
  CHECK(bench.stored(*bench.ask("/a"))->content() == "new");
}

TEST_CASE("a handshake becomes a tunnel only if the origin accepts it (RFC 6455, section 4.2.2)") {
  Workbench bench;
  // The RFC's own example, section 1.3.
  const test::Lines lines{{"Upgrade", "websocket"},
                          {"Connection", "Upgrade"},
                          {"Sec-WebSocket-Version", "13"},
                          {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
  for (const auto& [accept, status] :
       {std::pair<std::string, int>{"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", 101}, {"wrong", 502}}) {
    CAPTURE(accept);
    bench.origin.answers({[said = accept] { return switching(said); }});
    const auto asked = bench.ask("/socket", lines);
    const Result<pipeline::Response> response =
        run_task(bench.loop, bench.pass_through.open_websocket(asked->transaction));
    REQUIRE(response.has_value());
    CHECK(response->head.status == status);
    CHECK((response->tunnel != nullptr) == (status == 101));
  }
}

}  // namespace larder::pass_through_test
