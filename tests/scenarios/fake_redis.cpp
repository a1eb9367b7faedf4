#include "fake_redis.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <doctest/doctest.h>

#include <vector>

namespace larder::test {
namespace {

/// The words of a command, out of its form on the wire: `*N`, then `$LENGTH` and the word for each.
std::vector<std::string> words_of(const redis::Command& command) {
  std::string wire;
  for (const std::string_view part : command.parts()) wire += part;
  std::size_t at = wire.find("\r\n") + 2;
  std::vector<std::string> words;
  while (at < wire.size()) {
    const std::size_t size = std::stoul(wire.substr(at + 1));
    at = wire.find("\r\n", at) + 2;
    words.push_back(wire.substr(at, size));
    at += size + 2;
  }
  return words;
}

redis::Value value_of(redis::Value::Kind kind, std::string text) {
  redis::Value value;
  value.kind = kind;
  value.text = Bytes(std::move(text));
  return value;
}

}  // namespace

Task<Result<redis::Value>> FakeRedis::execute(redis::Command command, Milliseconds) {
  const std::vector<std::string> words = words_of(command);
  redis::Value reply;
  if (words.at(0) == "SET" && words.size() == 5 && words[3] == "PX") {
    reply = set(words[1], words[2], Milliseconds{std::stoll(words[4])});
  } else if (words[0] == "GETRANGE") {
    reply = range(words.at(1), std::stoul(words.at(2)), std::stoul(words.at(3)));
  } else {
    FAIL("not a command that the tier sends: " << words[0]);
  }
  do {
    co_await boost::asio::post(boost::asio::use_awaitable);
  } while (holds);
  co_return reply;
}

redis::Value FakeRedis::set(const std::string& name, std::string value, Milliseconds lifetime) {
  kept_[name] = {std::move(value), clock_.now() + lifetime};
  return value_of(redis::Value::Kind::status, "OK");
}

redis::Value FakeRedis::range(const std::string& name, std::size_t from, std::size_t to) const {
  const auto found = kept_.find(name);
  const bool is_there = found != kept_.end() && clock_.now() < found->second.until;
  std::string part;
  if (is_there && from < found->second.value.size()) part = found->second.value.substr(from, to - from + 1);
  return value_of(redis::Value::Kind::text, std::move(part));
}

}  // namespace larder::test
