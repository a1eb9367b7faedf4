#include "cache/shared_fill.hpp"

#include "cache/fill_reader.hpp"
#include "support/present_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <doctest/doctest.h>

#include <thread>
#include <vector>

namespace larder::shared_fill_test {

using namespace larder::cache;
using namespace std::chrono_literals;

namespace {

using FillPtr = std::shared_ptr<SharedFill>;

SteadyTime soon() {
  return std::chrono::steady_clock::now() + 30s;
}

/// What a reader got: the content as far as it came, and how it ended.
struct Read {
  std::string content;
  boost::system::error_code error;
};

Task<Read> read_all(std::shared_ptr<FillReader> reader) {
  Read seen;
  while (true) {
    const Result<std::string_view> piece = co_await reader->read();
    if (!piece) seen.error = piece.error();
    if (!piece || piece->empty()) co_return seen;
    seen.content += *piece;
  }
}

/// A follower: waits for the head, then reads everything.
Task<Read> follow(FillPtr fill) {
  const FillSnapshot seen = co_await fill->wait_for_head(soon());
  if (seen.state == FillSnapshot::State::failed) co_return Read{{}, seen.failure.error};
  auto reader = std::make_shared<FillReader>(fill, 0, std::nullopt);
  co_return co_await read_all(std::move(reader));
}

store::StoredResponsePtr response(std::string body = {}) {
  store::Draft draft;
  draft.content = Bytes(std::move(body));
  return store::StoredResponse::from(draft);
}

/// Event loops with a thread each, as workers have.
class Loops {
 public:
  explicit Loops(int count) {
    for (int i = 0; i < count; ++i) {
      boost::asio::io_context& loop = *loops_.emplace_back(std::make_unique<boost::asio::io_context>(1));
      guards_.push_back(boost::asio::make_work_guard(loop));
      threads_.emplace_back([&loop] { loop.run(); });
    }
  }
  ~Loops() {
    guards_.clear();
    for (std::thread& thread : threads_) thread.join();
  }
  boost::asio::io_context& operator[](std::size_t i) { return *loops_[i % loops_.size()]; }

 private:
  std::vector<std::unique_ptr<boost::asio::io_context>> loops_;
  std::vector<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> guards_;
  std::vector<std::thread> threads_;
};

template <class T>
T result_of(std::future<T>& future) {
  REQUIRE(future.wait_for(60s) == std::future_status::ready);
  return future.get();
}

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 23);
  return text;
}

}  // namespace

TEST_CASE("followers on several threads read everything that one leader appends, whenever they join") {
  for (const bool is_known : {true, false}) {
    CAPTURE(is_known);
    Loops loops(3);
    const std::string all = pattern(600'000);
    const auto fill = std::make_shared<SharedFill>(store::PurgeLog::Mark{});
    std::vector<std::future<Read>> followers;
    const auto come = [&](int count) {
      for (int i = 0; i < count; ++i) {
        followers.push_back(
            boost::asio::co_spawn(loops[followers.size()], follow(fill), boost::asio::use_future));
      }
    };
    come(50);
    fill->begin(is_known ? std::optional<std::uint64_t>(all.size()) : std::nullopt);
    fill->publish(response());
    for (std::size_t i = 0; i < all.size(); i += 10'000) {
      fill->append(std::string_view(all).substr(i, 10'000));
      if (i % 100'000 == 0) come(10);
    }
    CHECK(fill->content().view() == all);
    fill->finish(response(all), FillSnapshot::Source::fetched);
    come(10);
    for (std::future<Read>& follower : followers) {
      const Read read = result_of(follower);
      CHECK(read.content == all);
      CHECK_FALSE(read.error);
    }
  }
}

TEST_CASE("truncated content is an error for every follower, after what came") {
  Loops loops(2);
  const auto fill = std::make_shared<SharedFill>(store::PurgeLog::Mark{});
  fill->begin(1'000);
  fill->publish(response());
  std::vector<std::future<Read>> followers;
  for (std::size_t i = 0; i < 20; ++i) {
    auto reader = std::make_shared<FillReader>(fill, 0, std::nullopt);
    followers.push_back(
        boost::asio::co_spawn(loops[i], read_all(std::move(reader)), boost::asio::use_future));
  }
  for (int i = 0; i < 3; ++i) fill->append("piece");
  fill->fail({.error = Error::reset});
  for (std::future<Read>& follower : followers) {
    const Read read = result_of(follower);
    CHECK(read.content == "piecepiecepiece");
    CHECK(read.error == Error::reset);
  }
}

TEST_CASE("if the length is known, the last piece is delivered once the response is stored") {
  SharedFill fill({});
  fill.begin(10);
  fill.publish(response());
  fill.append("12345");
  CHECK(fill.has(0));
  CHECK_FALSE(fill.has(5));
  fill.append("67890");
  CHECK_FALSE(fill.has(5));
  fill.finish(response("1234567890"), FillSnapshot::Source::fetched);
  CHECK(fill.has(5));
}

TEST_CASE("a wait for the head ends with its deadline") {
  boost::asio::io_context loop;
  const auto fill = std::make_shared<SharedFill>(store::PurgeLog::Mark{});
  auto seen = boost::asio::co_spawn(loop, fill->wait_for_head(std::chrono::steady_clock::now() + 1ms),
                                    boost::asio::use_future);
  loop.run();
  CHECK(seen.get().state == FillSnapshot::State::asking);
}

TEST_CASE("a wait for the head ends when the client leaves") {
  boost::asio::io_context loop;
  const auto fill = std::make_shared<SharedFill>(store::PurgeLog::Mark{});
  CHECK_FALSE(fill->has_followers());
  CHECK(fill->admit_follower());
  CHECK(fill->has_followers());
  test::PresentClient departure;
  auto seen = boost::asio::co_spawn(
      loop, fill->wait_for_head(steady_now() + std::chrono::hours{1}, &departure), boost::asio::use_future);
  loop.poll();
  CHECK(seen.wait_for(0s) != std::future_status::ready);
  departure.note();
  loop.restart();
  loop.run();
  CHECK(seen.get().state == FillSnapshot::State::asking);
}

TEST_CASE(
    "beyond what may be kept the fastest reader sets the pace, and readers too far behind are cut off") {
  boost::asio::io_context loop;
  const auto fill = std::make_shared<SharedFill>(store::PurgeLog::Mark{});
  const std::string piece = pattern(64 * 1024);
  fill->begin(std::nullopt);
  fill->publish(response());
  auto fast = std::make_shared<FillReader>(fill, 0, std::nullopt);
  auto slow = std::make_shared<FillReader>(fill, 0, std::nullopt);
  fill->append(piece);
  fill->let_go_of_the_start(piece.size());
  std::future<Read> fast_read = boost::asio::co_spawn(loop, read_all(fast), boost::asio::use_future);
  for (int i = 0; i < 100; ++i) {
    auto wanted = boost::asio::co_spawn(loop, fill->wait_until_wanted(), boost::asio::use_future);
    while (wanted.wait_for(0s) != std::future_status::ready) loop.run_one();
    REQUIRE(wanted.get());
    fill->append(piece);
  }
  fill->end();
  std::future<Read> slow_read = boost::asio::co_spawn(loop, read_all(slow), boost::asio::use_future);
  loop.restart();
  loop.run();
  CHECK(fast_read.get().content.size() == 101 * piece.size());
  CHECK(slow_read.get().error == Error::reset);
  fast.reset();
  slow.reset();
  SUBCASE("nothing more is wanted if no reader is left") {
    loop.restart();
    auto wanted = boost::asio::co_spawn(loop, fill->wait_until_wanted(), boost::asio::use_future);
    loop.run();
    CHECK_FALSE(wanted.get());
  }
}

TEST_CASE("content can be joined while it arrives, but not once it has stalled") {
  SharedFill fill({});
  const SteadyTime now = steady_now();
  CHECK(fill.may_join(now + 1h));  // it is not known yet what comes
  fill.begin(100);
  fill.publish(response());
  CHECK(fill.may_join(now + 1s));
  CHECK_FALSE(fill.is_stalled(now + 1s));
  CHECK_FALSE(fill.may_join(now + 3s));
  CHECK(fill.is_stalled(now + 3s));
  fill.finish(response("all"), FillSnapshot::Source::fetched);
  CHECK(fill.may_join(now + 1h));
  CHECK_FALSE(fill.is_stalled(now + 1h));
}

TEST_CASE("content of unknown length can be joined for 5 s after its head, other content while it arrives") {
  for (const bool is_known : {false, true}) {
    CAPTURE(is_known);
    SharedFill fill({});
    fill.begin(is_known ? std::optional<std::uint64_t>(100) : std::nullopt);
    const SteadyTime now = steady_now();
    fill.publish(response(), now);
    for (const Milliseconds time : {1s, 2s, 3s, 4s}) {
      fill.append("more", now + time);
      CHECK(fill.may_join(now + time));
    }
    fill.append("more", now + 6s);
    CHECK(fill.may_join(now + 6s) == is_known);
  }
}

TEST_CASE("who comes while content pauses waits for more of it, until it has stalled") {
  for (const bool goes_on : {true, false}) {
    CAPTURE(goes_on);
    boost::asio::io_context loop;
    const auto fill = std::make_shared<SharedFill>(store::PurgeLog::Mark{});
    fill->begin(100);
    fill->publish(response());
    std::this_thread::sleep_for(SharedFill::pauses_at_most + 50ms);
    auto seen = boost::asio::co_spawn(loop, fill->wait_for_head(soon()), boost::asio::use_future);
    loop.run_for(200ms);
    CHECK(seen.wait_for(0s) != std::future_status::ready);
    if (goes_on) fill->append("more");
    loop.run_for(goes_on ? 1s : 3s);
    REQUIRE(seen.wait_for(0s) == std::future_status::ready);
    CHECK(seen.get().state == FillSnapshot::State::arriving);
    CHECK(fill->is_stalled(steady_now()) == !goes_on);
  }
}

TEST_CASE("a fill says since when it has no readers, once it has had some") {
  SharedFill fill({});
  CHECK_FALSE(fill.unread_since());
  fill.attach_reader();
  fill.attach_reader();
  fill.detach_reader();
  CHECK_FALSE(fill.unread_since());
  fill.detach_reader();
  CHECK(fill.unread_since().has_value());
  fill.attach_reader();
  CHECK_FALSE(fill.unread_since());
}

TEST_CASE("what arrives is counted until its last holder lets go") {
  const auto budget = std::make_shared<ByteBudget>(1'000'000);
  Bytes kept;
  {
    SharedFill fill({});
    fill.begin(std::nullopt, budget);
    fill.append(pattern(100'000));
    CHECK(budget->held() >= 100'000);
    CHECK(budget->has_room(800'000));
    CHECK_FALSE(budget->has_room(1'000'000));
    kept = fill.content();
    CHECK(kept.view() == pattern(100'000));
  }
  CHECK(budget->held() == 100'000);
  kept = {};
  CHECK(budget->held() == 0);
}

}  // namespace larder::shared_fill_test
