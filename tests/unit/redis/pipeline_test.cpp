#include "redis/pipeline.hpp"

#include "redis/backoff.hpp"

#include <doctest/doctest.h>

#include <string>

namespace larder::pipeline_test {

using larder::Error;
using larder::Milliseconds;
using larder::Result;
using larder::SteadyTime;
using larder::redis::Backoff;
using larder::redis::Command;
using larder::redis::Value;

namespace {

using Pipeline = larder::redis::Pipeline<int>;

constexpr SteadyTime start{};

Pipeline make_pipeline() {
  return Pipeline({100, 10'000, 100'000});
}

Command get(std::string_view key) {
  Command command("GET");
  command.arg(key);
  return command;
}

std::string written(Pipeline& pipeline) {
  std::string text;
  for (const std::string_view part : pipeline.begin_write().parts()) text.append(part);
  pipeline.end_write();
  return text;
}

std::string shown(const Pipeline::Answers& answers) {
  std::string text;
  for (const Pipeline::Answer& answer : answers) {
    text += std::to_string(answer.waiter) + "=";
    text += answer.result ? std::string(answer.result->text.view()) : answer.result.error().message();
    text += ";";
  }
  return text;
}

}  // namespace

TEST_CASE("commands pushed since the last write are sent together, in order, once") {
  Pipeline pipeline = make_pipeline();
  CHECK_FALSE(pipeline.has_unwritten());
  pipeline.push(get("a"), start, 1);
  pipeline.push(get("b"), start, 2);
  CHECK(pipeline.has_unwritten());
  CHECK(written(pipeline) == "*2\r\n$3\r\nGET\r\n$1\r\na\r\n*2\r\n$3\r\nGET\r\n$1\r\nb\r\n");
  CHECK_FALSE(pipeline.has_unwritten());
}

TEST_CASE("a command pushed during a write is sent with the next one") {
  Pipeline pipeline = make_pipeline();
  pipeline.push(get("a"), start, 1);
  pipeline.begin_write();
  pipeline.push(get("b"), start, 2);
  pipeline.end_write();
  CHECK(written(pipeline) == "*2\r\n$3\r\nGET\r\n$1\r\nb\r\n");
}

TEST_CASE("replies go to the commands in order, however they are split") {
  const std::string wire = "+one\r\n-ERR two\r\n$5\r\nthree\r\n";
  for (std::size_t at = 0; at <= wire.size(); ++at) {
    Pipeline pipeline = make_pipeline();
    for (const int waiter : {1, 2, 3}) pipeline.push(get("k"), start, waiter);
    Pipeline::Answers answers;
    REQUIRE(pipeline.receive(std::string_view(wire).substr(0, at), answers));
    REQUIRE(pipeline.receive(std::string_view(wire).substr(at), answers));
    CHECK(shown(answers) == "1=one;2=ERR two;3=three;");
    CHECK(pipeline.waiting() == 0);
  }
}

TEST_CASE("an unsolicited reply is malformed, and what came before it still counts") {
  Pipeline pipeline = make_pipeline();
  pipeline.push(get("k"), start, 1);
  Pipeline::Answers answers;
  const Result<> received = pipeline.receive("+one\r\n+two\r\n", answers);
  REQUIRE(received.has_error());
  CHECK(received.error() == Error::malformed);
  CHECK(shown(answers) == "1=one;");
}

TEST_CASE("a command after an ASKING gets its own reply, and no caller gets the ASKING's") {
  Pipeline pipeline = make_pipeline();
  pipeline.push(get("a"), start, 1);
  pipeline.push(get("b"), start, 2, true);
  CHECK(written(pipeline) ==
        "*2\r\n$3\r\nGET\r\n$1\r\na\r\n*1\r\n$6\r\nASKING\r\n*2\r\n$3\r\nGET\r\n$1\r\nb\r\n");
  Pipeline::Answers answers;
  CHECK(pipeline.receive("+A\r\n+OK\r\n", answers));
  CHECK(shown(answers) == "1=A;");
  CHECK(pipeline.waiting() == 1);
  CHECK(pipeline.receive("+B\r\n", answers));
  CHECK(shown(answers) == "1=A;2=B;");
}

TEST_CASE("the deadline that counts is that of the command whose reply is next") {
  Pipeline pipeline = make_pipeline();
  CHECK_FALSE(pipeline.oldest_deadline());
  pipeline.push(get("a"), start + Milliseconds(900), 1);
  pipeline.push(get("b"), start + Milliseconds(50), 2);
  CHECK(pipeline.oldest_deadline() == start + Milliseconds(900));
  Pipeline::Answers answers;
  REQUIRE(pipeline.receive("+one\r\n", answers));
  CHECK(pipeline.oldest_deadline() == start + Milliseconds(50));
  REQUIRE(pipeline.receive("+two\r\n", answers));
  CHECK_FALSE(pipeline.oldest_deadline());
}

TEST_CASE("when the connection is given up every waiting caller is told once") {
  Pipeline pipeline = make_pipeline();
  for (const int waiter : {1, 2}) pipeline.push(get("k"), start, waiter);
  Pipeline::Answers answers;
  pipeline.fail_all(Error::timeout, answers);
  pipeline.fail_all(Error::closed, answers);
  CHECK(shown(answers) == "1=deadline passed;2=deadline passed;");
}

TEST_CASE("a pipeline takes a bounded number of commands") {
  Pipeline pipeline({2, 10'000, 100'000});
  CHECK(pipeline.has_room_for(10));
  pipeline.push(get("a"), start, 1);
  pipeline.push(get("b"), start, 2);
  CHECK_FALSE(pipeline.has_room_for(10));
  Pipeline::Answers answers;
  REQUIRE(pipeline.receive("+one\r\n", answers));
  CHECK(pipeline.has_room_for(10));
}

TEST_CASE("a pipeline takes a bounded number of bytes until they are written") {
  const std::size_t size = get("a").size();
  Pipeline pipeline({100, 2 * size, 100'000});
  pipeline.push(get("a"), start, 1);
  CHECK(pipeline.has_room_for(size));
  CHECK_FALSE(pipeline.has_room_for(size + 1));
  pipeline.begin_write();
  CHECK_FALSE(pipeline.has_room_for(size + 1));
  pipeline.end_write();
  CHECK(pipeline.has_room_for(2 * size));
}

TEST_CASE("the backoff doubles up to its last step, and is randomly shortened by half at most") {
  Backoff backoff(Milliseconds(50), Milliseconds(300));
  for (const int expected : {50, 100, 200, 300, 300}) CHECK(backoff.next(1.0) == Milliseconds(expected));
  CHECK(backoff.next(0.0) == Milliseconds(150));
  backoff.reset();
  CHECK(backoff.next(0.5) == Milliseconds(37));
}

}  // namespace larder::pipeline_test
