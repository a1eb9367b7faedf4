#pragma once

#include "cache/collapsing.hpp"
#include "cache/context.hpp"
#include "cache/fetcher.hpp"
#include "cache/pass_through.hpp"
#include "support/manual_clock.hpp"
#include "support/pieces.hpp"
#include "support/run_task.hpp"

#include <larder/cache/settings.hpp>
#include <larder/store/memory_purge_log.hpp>
#include <larder/store/memory_store.hpp>

#include <boost/asio/post.hpp>
#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace larder::test {

using Lines = std::vector<std::pair<std::string, std::string>>;

/// A response of an origin.
inline pipeline::Response answer_of(int status, const Lines& lines = {}, std::string content = {}) {
  pipeline::Response response;
  response.head.status = status;
  for (const auto& [name, value] : lines) response.head.fields.add(name, value);
  response.body = pipeline::Body(Bytes(std::move(content)));
  return response;
}

/// A response with this content; `length` says whether its length is known.
inline pipeline::Response arriving(const Lines& lines, std::vector<std::string> pieces, bool has_length) {
  pipeline::Response response = answer_of(200, lines);
  std::optional<std::uint64_t> length;
  if (has_length) length = 0;
  for (const std::string& piece : pieces) length = length ? std::optional(*length + piece.size()) : length;
  response.body = pipeline::Body(std::make_unique<Pieces>(std::move(pieces)), length);
  return response;
}

/// Answers with a function, and remembers the requests.
class ScriptedOrigin final : public pipeline::Handler {
 public:
  explicit ScriptedOrigin(store::PurgeLog& log) : log_(log) {}

  Task<Result<pipeline::Response>> handle(pipeline::Request& request) override {
    asked.push_back(request.head);
    if (request.delivery) request.delivery->is_whole = true;
    while (holds) co_await boost::asio::post(boost::asio::use_awaitable);
    if (while_asked) co_await while_asked(log_);
    co_return answer(request);
  }

  /// Sets the responses, given in turn; the last one is repeated.
  void answers(std::vector<std::function<Result<pipeline::Response>()>> turns) {
    answer = [turns = std::move(turns), next = std::size_t{0}](const pipeline::Request&) mutable {
      const std::size_t turn = std::min(next++, turns.size() - 1);
      return turns[turn]();
    };
  }

  std::function<Result<pipeline::Response>(const pipeline::Request&)> answer;
  std::vector<http::RequestHead> asked;
  std::function<Task<>(store::PurgeLog&)> while_asked;  ///< before it answers
  bool holds = false;

 private:
  store::PurgeLog& log_;
};

/// What the parts of one worker's cache need, in memory, and those parts.
struct Workbench {
  explicit Workbench(const cache::FillCoordinator::Protections& upstreams = {}) : coordinator(upstreams) {
    route.upstream = "origin";
    route.ttl.plain = std::chrono::minutes{1};
  }

  /// A request being answered, and what is known about it so far.
  struct Asked {
    Asked(const Workbench& bench, std::string method, const std::string& path, const Lines& lines)
        : settings(bench.settings),
          transaction{.request = request, .settings = settings, .match = {&bench.route, {}}} {
      request.head.method = std::move(method);
      request.head.target = path;
      request.head.fields.add("Host", "shop.test");
      for (const auto& [name, value] : lines) request.head.fields.add(name, value);
      request.target = {"http", "shop.test", "", path, {}};
      transaction.key = policy::key_of(bench.route, request.target, request.head.fields);
      transaction.why = policy::Reason::absent;
    }

    pipeline::Request request;
    std::shared_ptr<const cache::Settings> settings;
    cache::Transaction transaction;
  };

  std::unique_ptr<Asked> ask(const std::string& path, const Lines& lines = {}, std::string method = "GET") {
    return std::make_unique<Asked>(*this, std::move(method), path, lines);
  }

  /// The result of looking it up.
  store::StoredResponsePtr stored(Asked& asked) {
    return store.find_now(asked.transaction.key.text, asked.request.head.fields);
  }

  /// The best plan, by what is stored.
  cache::FetchPlan plan(Asked& asked) {
    run_task(loop, find_for_plan(context, asked.transaction));
    return plan_of(context, asked.transaction);
  }

  /// Fetches by that plan.
  pipeline::Response fetch(Asked& asked) {
    cache::Fetched fetched = run_task(loop, fetcher.fetch(asked.transaction, plan(asked)));
    REQUIRE(fetched.has_value());
    return std::move(*fetched);
  }

  /// The same for a response that is available immediately.
  void fill(const std::string& path, const Lines& lines, const Lines& answered, std::string content,
            int status = 200) {
    origin.answers({[=] { return answer_of(status, answered, content); }});
    const auto asked = ask(path, lines);
    fetch(*asked);
    origin.asked.clear();
  }

  /// One piece of content that is arriving, or its end.
  std::string read(pipeline::Response& response) {
    const Result<std::string_view> piece = run_task(loop, response.body.reader().read());
    REQUIRE(piece.has_value());
    return std::string(*piece);
  }

  void purge(const std::string& resource) {
    run_task(loop, log.append({.purges = {{policy::Purge::Kind::resource, resource}}, .why = "test"}));
  }

  cache::FillCoordinator coordinator;  ///< outlives what the loop leaves undone, as in the program
  boost::asio::io_context loop;
  ManualClock clock;
  policy::Route route;
  std::shared_ptr<cache::Settings> settings = std::make_shared<cache::Settings>();
  store::MemoryTier memory{16u << 20, 1u << 20};
  store::MemoryPurgeLog log{clock, {}};
  store::MemoryStore store{memory, log};
  ScriptedOrigin origin{log};
  cache::Context context{store, log, origin, clock, coordinator};
  cache::Fetcher fetcher{context};
  cache::Collapsing collapsing{context, fetcher};
  cache::PassThrough pass_through{context};
};

/// A field of a response, wherever it is.
inline std::string field_of(const pipeline::Response& response, std::string_view name) {
  if (const auto value = response.head.fields.find(http::FieldName(name))) return std::string(*value);
  const http::FieldList lines = http::FieldList::of_wire(response.shared_lines.view());
  return std::string(lines.find(http::FieldName(name)).value_or(""));
}

}  // namespace larder::test
