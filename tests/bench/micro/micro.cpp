// The cost of each step of a memory hit, and of all of them except the connection's.
#include <larder/cache/cache_handler.hpp>
#include <larder/http1/head_parser.hpp>
#include <larder/http1/head_writer.hpp>
#include <larder/policy/reuse.hpp>
#include <larder/store/memory_purge_log.hpp>
#include <larder/store/memory_store.hpp>

#include <benchmark/benchmark.h>
#include <string>

namespace {

using namespace larder;

constexpr std::string_view plain = "GET /api/products/7?page=2 HTTP/1.1\r\nHost: shop.example\r\n\r\n";
constexpr std::string_view browser =
    "GET /api/products/7?page=2 HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: Mozilla/5.0 (X11; Linux "
    "x86_64; rv:128.0)\r\n"
    "Accept: text/html,application/xhtml+xml\r\nAccept-Language: de,en;q=0.5\r\nAccept-Encoding: gzip, "
    "deflate, br\r\n"
    "Connection: keep-alive\r\nCookie: a=b; c=d\r\nSec-Fetch-Dest: document\r\nSec-Fetch-Mode: "
    "navigate\r\n\r\n";

/// An origin that must not be asked.
class NoOrigin final : public pipeline::Handler {
 public:
  Task<Result<pipeline::Response>> handle(pipeline::Request&) override { co_return Error::unavailable; }
};

policy::Route route() {
  policy::Route route;
  route.patterns = {policy::PathPattern::parse("/**").value()};
  route.upstream = "origin";
  return route;
}

/// A cache that holds the response to both requests.
struct Cache {
  Cache() {
    settings->routes = policy::RouteTable({route()});
    store::Draft draft;
    draft.primary_key = "GET:http://shop.example/api/products/7?page=2";
    draft.fields.add("Content-Type", "application/json");
    draft.fields.add("Cache-Control", "max-age=3600");
    draft.fields.add("Date", "Sat, 21 Nov 2026 10:50:40 GMT");
    draft.fields.add("ETag", "\"1\"");
    draft.content = Bytes(std::string(1024, 'x'));
    draft.lifetimes.response_time = clock.now();
    draft.lifetimes.freshness = Seconds{3600};
    draft.checked = log.mark().sequence;
    memory.put(store::StoredResponse::from(draft));
  }

  SystemClock clock;
  store::MemoryTier memory{64u << 20, 1u << 20};
  store::MemoryPurgeLog log{clock, {}};
  store::MemoryStore store{memory, log};
  std::shared_ptr<cache::Settings> settings = std::make_shared<cache::Settings>();
  NoOrigin origin;
  cache::FillCoordinator coordinator{{}};
  cache::CacheHandler handler{settings, store, log, origin, clock, coordinator};
};

void parse(benchmark::State& state, std::string_view text) {
  http::RequestHead head;
  for (auto _ : state) benchmark::DoNotOptimize(http1::parse_request_head(text, {}, head));
}
BENCHMARK_CAPTURE(parse, plain, plain);
BENCHMARK_CAPTURE(parse, browser, browser);

pipeline::Request request_of(std::string_view text) {
  pipeline::Request request;
  request.head = http1::parse_request_head(text, {}).value()->head;
  request.target = http::target_of(request.head, "http").value();
  return request;
}

void target(benchmark::State& state) {
  pipeline::Request request = request_of(plain);
  for (auto _ : state) benchmark::DoNotOptimize(http::read_target(request.head, "http", request.target));
}
BENCHMARK(target);

void key(benchmark::State& state) {
  const pipeline::Request request = request_of(browser);
  const policy::Route route = ::route();
  std::string key;
  for (auto _ : state) {
    key.clear();
    policy::append_key(key, route, request.target, request.head.fields);
    benchmark::DoNotOptimize(key.data());
  }
}
BENCHMARK(key);

void look_up(benchmark::State& state) {
  static Cache cache;
  const pipeline::Request request = request_of(browser);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        cache.store.find_now("GET:http://shop.example/api/products/7?page=2", request.head.fields));
  }
}
BENCHMARK(look_up)->Threads(1)->Threads(2);

void decide(benchmark::State& state) {
  const pipeline::Request request = request_of(browser);
  const policy::Route route = ::route();
  policy::Lifetimes lifetimes;
  lifetimes.freshness = Seconds{3600};
  for (auto _ : state) {
    benchmark::DoNotOptimize(policy::decide_reuse({.route = route,
                                                   .request = request.head,
                                                   .lifetimes = lifetimes,
                                                   .can_validate = true,
                                                   .now = Time{Seconds{60}}}));
  }
}
BENCHMARK(decide);

/// Everything that the cache does for a hit.
void answer(benchmark::State& state, std::string_view text) {
  Cache cache;
  pipeline::Request request = request_of(text);
  pipeline::Response response;
  for (auto _ : state) {
    response.clear();
    const bool is_answered = cache.handler.answer_now(request, response);
    if (!is_answered) state.SkipWithError("no hit");
  }
}
BENCHMARK_CAPTURE(answer, plain, plain);
BENCHMARK_CAPTURE(answer, browser, browser);

void serialise(benchmark::State& state) {
  Cache cache;
  pipeline::Request request = request_of(plain);
  pipeline::Response response;
  cache.handler.answer_now(request, response);
  std::string out;
  for (auto _ : state) {
    out.clear();
    http1::write_status_line(out, response.head.status);
    out.append(response.shared_lines.view()).append(response.head.fields.wire());
    http1::write_head_end(out, {http1::Framing::Kind::length, 1024}, http1::Persistence::keep_alive, 1);
    out.append(response.body.bytes().view());
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(serialise);

}  // namespace

BENCHMARK_MAIN();
