#include "redis/batch.hpp"

#include <larder/redis/command.hpp>

#include <doctest/doctest.h>

#include <string>

namespace larder::command_test {

using larder::Bytes;
using larder::redis::Batch;
using larder::redis::Command;
using namespace std::string_literals;

namespace {

std::string joined(const std::vector<std::string_view>& parts) {
  std::string text;
  for (const std::string_view part : parts) text.append(part);
  return text;
}

}  // namespace

TEST_CASE("a command is an array of bulk strings, whatever bytes its arguments hold") {
  Command command("SET");
  command.arg("key").arg(Bytes::copy_of({"a\0\r\nb", 5})).arg("PX").arg(-1500).arg("");
  const std::string expected =
      "*6\r\n$3\r\nSET\r\n$3\r\nkey\r\n$5\r\na\0\r\nb\r\n$2\r\nPX\r\n$5\r\n-1500\r\n$0\r\n\r\n"s;
  CHECK(joined(command.parts()) == expected);
  CHECK(command.size() == expected.size());
}

TEST_CASE("a command may have ten arguments or more") {
  for (const int count : {9, 10, 99, 100, 12345}) {
    Command command("DEL");
    std::string expected = "*" + std::to_string(count + 1) + "\r\n$3\r\nDEL\r\n";
    for (int i = 0; i < count; ++i) {
      command.arg("k");
      expected += "$1\r\nk\r\n";
    }
    CHECK(joined(command.parts()) == expected);
  }
}

TEST_CASE("a large argument is written in place, a small one is copied") {
  const Bytes large(std::string(100'000, 'x'));
  const Bytes small(std::string(100, 'y'));
  Command command("SET");
  command.arg("key").arg(large).arg(small).arg(large).arg("NX");
  const std::vector<std::string_view> parts = command.parts();
  CHECK(parts.size() == 5);
  CHECK(parts[1].data() == large.view().data());
  CHECK(parts[3].data() == large.view().data());
  const std::string expected = "*6\r\n$3\r\nSET\r\n$3\r\nkey\r\n$100000\r\n" + std::string(large.view()) +
                               "\r\n$100\r\n" + std::string(small.view()) + "\r\n$100000\r\n" +
                               std::string(large.view()) + "\r\n$2\r\nNX\r\n";
  CHECK(joined(parts) == expected);
  CHECK(command.size() == expected.size());
}

TEST_CASE("a command that was moved or copied is the same command") {
  Command command("GET");
  command.arg("k");
  const Command copy = command;
  const Command moved = std::move(command);
  CHECK(joined(copy.parts()) == "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n");
  CHECK(joined(moved.parts()) == joined(copy.parts()));
}

TEST_CASE("a batch holds its commands in order: one text, with large arguments gathered") {
  const Bytes large(std::string(10'000, 'x'));
  Command set("SET");
  set.arg("k").arg(large);
  Command get("GET");
  get.arg("k");

  Batch batch;
  CHECK(batch.empty());
  CHECK(batch.parts().empty());
  std::string expected;
  for (const Command& command : {get, get, set, get, set}) {
    batch.append(command);
    expected += joined(command.parts());
  }
  CHECK(joined(batch.parts()) == expected);
  CHECK(batch.size() == expected.size());
  CHECK(batch.parts().size() == 5);
  CHECK(batch.parts()[1].data() == large.view().data());

  batch.clear();
  CHECK(batch.empty());
  batch.append(get);
  CHECK(joined(batch.parts()) == joined(get.parts()));
}

}  // namespace larder::command_test
