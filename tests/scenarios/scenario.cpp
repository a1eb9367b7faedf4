#include "scenario.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <doctest/doctest.h>

#include <cstdlib>

namespace larder::test {
namespace {

/// Delivers content in two pieces, so that nothing depends on its coming in one.
class Pieces final : public pipeline::BodyReader {
 public:
  Pieces(std::string content, bool cut_short, const bool& holds)
      : content_(std::move(content)), cut_short_(cut_short), holds_(holds) {}

  Task<Result<std::string_view>> read() override {
    while (step_ == 1 && holds_) co_await boost::asio::post(boost::asio::use_awaitable);
    const std::size_t half = (content_.size() + 1) / 2;
    const std::size_t from = half * step_++;
    if (from < content_.size() && !(cut_short_ && step_ == 2)) {
      co_return std::string_view(content_).substr(from, half);
    }
    if (cut_short_) co_return Error::closed;
    co_return std::string_view{};
  }

 private:
  std::string content_;
  bool cut_short_;
  const bool& holds_;
  std::size_t step_ = 0;
};

http::FieldList field_list(const Fields& fields) {
  http::FieldList list;
  for (const auto& [name, value] : fields) list.add(name, value);
  return list;
}

Task<> read_content(pipeline::BodyReader& reader, Seen& seen) {
  while (true) {
    const Result<std::string_view> piece = co_await reader.read();
    seen.whole = piece.has_value();
    if (!piece || piece->empty()) co_return;
    seen.content += *piece;
  }
}

/// What can be compared of two responses to one request.
bool are_equal(const pipeline::Response& a, const pipeline::Response& b) {
  return a.head.status == b.head.status && a.head.fields == b.head.fields &&
         a.shared_lines.view() == b.shared_lines.view() && a.cache_result == b.cache_result &&
         a.described_length == b.described_length && a.body.length() == b.body.length() &&
         a.body.is_streamed() == b.body.is_streamed() && a.body.bytes().view() == b.body.bytes().view();
}

/// Asks in both ways: a response without waiting must be the one that would have been given with waiting.
Task<Seen> exchange(pipeline::Handler& handler, pipeline::Request& request) {
  pipeline::Response at_once;
  const bool is_answered = handler.answer_now(request, at_once);
  Result<pipeline::Response> response = co_await handler.handle(request);
  REQUIRE_MESSAGE(response.has_value(), "the cache handler answers every request");
  if (is_answered) CHECK(are_equal(at_once, *response));
  Seen seen;
  seen.at_once = is_answered;
  seen.status = response->head.status;
  seen.fields = response->head.fields;
  seen.described_length = response->described_length;
  for (const http::Field field : http::FieldList::of_wire(response->shared_lines.view())) {
    seen.fields.add(field.name, field.value);
  }
  seen.cache = seen.fields.find("X-Cache").value_or("none");
  if (response->body.is_streamed()) {
    co_await read_content(response->body.reader(), seen);
  } else {
    seen.content = response->body.bytes().view();
  }
  co_return seen;
}

}  // namespace

Task<Result<pipeline::Response>> FakeOrigin::handle(pipeline::Request& request) {
  asked.push_back(request.head);
  if (request.delivery && failure != Error::unavailable) request.delivery->is_whole = takes_all;
  while (waits) co_await boost::asio::post(boost::asio::use_awaitable);
  if (failure) co_return failure;
  const Answer said = answer(request);
  pipeline::Response response;
  response.head.status = said.status;
  response.head.fields = field_list(said.fields);
  if (!said.content.empty()) {
    std::optional<std::uint64_t> length;
    if (said.has_length) length = said.content.size() + (said.cut_short ? 1 : 0);
    response.body = pipeline::Body(std::make_unique<Pieces>(said.content, said.cut_short, holds), length);
  }
  co_return response;
}

Tier tier_of_this_run() {
  const char* const memory = std::getenv("LARDER_TEST_MEMORY");
  return memory != nullptr && std::string_view(memory) == "0" ? Tier::redis : Tier::memory;
}

Scenario::Scenario(std::vector<policy::Route> routes,
                   const std::map<std::string, cache::Protection>& upstreams, Tier where)
    : coordinator(upstreams),
      tier(where),
      store(where == Tier::redis ? static_cast<store::Store&>(redis_store) : memory_store) {
  use(std::move(routes));
  settings.fallback.upstream = "origin";
  settings.max_object = 1u << 20;
}

void Scenario::use(std::vector<policy::Route> routes) {
  for (policy::Route& each : routes) each.upstream = "origin";
  settings.routes = policy::RouteTable(std::move(routes));
}

namespace {

pipeline::Request request_of(std::string method, std::string path, const Fields& fields) {
  pipeline::Request request;
  request.head.method = std::move(method);
  request.head.target = std::move(path);
  request.head.fields = field_list(fields);
  if (!request.head.fields.contains("Host")) request.head.fields.add("Host", "shop.test");
  request.target = http::target_of(request.head, "http").value();
  request.client_address = "192.0.2.7";
  return request;
}

Task<Seen> exchange_own(pipeline::Handler& handler, pipeline::Request request) {
  co_return co_await exchange(handler, request);
}

Task<> take_head(pipeline::Handler& handler, pipeline::Request request) {
  Result<pipeline::Response> response = co_await handler.handle(request);
  CHECK(response.has_value());
}

}  // namespace

Seen Scenario::ask(std::string method, std::string path, Fields fields, std::string content) {
  pipeline::Request request = request_of(std::move(method), std::move(path), fields);
  request.body = pipeline::Body(Bytes(std::move(content)));
  return run_task(loop, exchange(handler, request));
}

std::future<Seen> Scenario::begin(std::string path, Fields fields, std::string method) {
  auto begun = boost::asio::co_spawn(
      loop, exchange_own(handler, request_of(std::move(method), std::move(path), fields)),
      boost::asio::use_future);
  loop.restart();
  for (int i = 0; i < 100; ++i) loop.poll_one();
  return begun;
}

Seen Scenario::finish(std::future<Seen>& begun) {
  origin.waits = false;
  origin.holds = false;
  loop.restart();
  while (begun.wait_for(std::chrono::seconds{0}) != std::future_status::ready) loop.run_one();
  return begun.get();
}

void Scenario::ask_and_leave(std::string path) {
  boost::asio::co_spawn(loop, take_head(handler, request_of("GET", std::move(path), {})),
                        boost::asio::use_future);
  loop.restart();
  for (int i = 0; i < 100; ++i) loop.poll_one();
}

void Scenario::stop() {
  boost::asio::post(loop, [this] { handler.stop(); });
  loop.restart();
  loop.run();
}

void Scenario::finish_behind() {
  origin.waits = false;
  origin.holds = false;
  loop.restart();
  loop.run();
}

policy::Route route(std::string_view match, Milliseconds ttl) {
  policy::Route made;
  made.name = match;
  made.patterns = {policy::PathPattern::parse(match).value()};
  made.ttl.plain = ttl;
  return made;
}

}  // namespace larder::test
