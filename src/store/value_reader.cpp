#include "value_reader.hpp"

#include <larder/base/task.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <memory>
#include <optional>

namespace larder::store {
namespace {

constexpr std::int64_t first_part = 64 * 1024;  // bytes

redis::Command range_of(const std::string& name, std::int64_t from, std::int64_t to) {
  redis::Command command("GETRANGE");
  command.key(name).arg(from).arg(to - 1);
  return command;
}

redis::Command rest_of(const std::string& name, std::uint64_t most) {
  redis::Command command = range_of(name, first_part, static_cast<std::int64_t>(most));
  command.expects_much();
  return command;
}

/// The bytes of a reply. An error reply has none.
Result<Bytes> bytes_of(const Result<redis::Value>& reply) {
  if (!reply) return reply.error();
  if (reply->kind != redis::Value::Kind::text) return Error::refused;
  return reply->text;
}

/// A reply that is asked for before it is known whether it is wanted.
struct Ahead {
  explicit Ahead(const boost::asio::any_io_executor& executor)
      : arrived(executor, boost::asio::steady_timer::time_point::max()) {}

  std::optional<Result<redis::Value>> reply;
  boost::asio::steady_timer arrived;
};

Task<> fetch(redis::Redis& redis, redis::Command command, std::shared_ptr<Ahead> ahead) {
  ahead->reply = co_await redis.execute(std::move(command));
  ahead->arrived.cancel();
}

/// execute() always answers in the end, so that is all there is to wait for.
Task<Result<redis::Value>> taken(std::shared_ptr<Ahead> ahead) {
  if (!ahead->reply) {
    co_await ahead->arrived.async_wait(awaiting);
  }
  if (!ahead->reply) co_return Error::canceled;
  co_return std::move(*ahead->reply);
}

Bytes joined(const Bytes& first, const Bytes& rest) {
  if (rest.empty()) return first;
  std::string whole;
  whole.reserve(first.size() + rest.size());
  whole.append(first.view()).append(rest.view());
  return Bytes(std::move(whole));
}

}  // namespace

Task<Result<Bytes>> read_value(redis::Redis& redis, std::string name, std::uint64_t most, Trips trips) {
  std::shared_ptr<Ahead> ahead;
  if (trips == Trips::one) {
    const auto executor = co_await boost::asio::this_coro::executor;
    ahead = std::make_shared<Ahead>(executor);
    boost::asio::co_spawn(executor, fetch(redis, rest_of(name, most), ahead), boost::asio::detached);
  }
  const Result<redis::Value> beginning = co_await redis.execute(range_of(name, 0, first_part));
  const Result<Bytes> first = bytes_of(beginning);
  if (!first || first->size() < static_cast<std::size_t>(first_part)) co_return first;
  if (trips == Trips::beginning) co_return Bytes();
  Result<redis::Value> end = Error::canceled;
  if (ahead != nullptr) {
    end = co_await taken(ahead);
  } else {
    end = co_await redis.execute(rest_of(name, most));
  }
  const Result<Bytes> rest = bytes_of(end);
  if (!rest) co_return rest.error();
  co_return joined(*first, *rest);
}

}  // namespace larder::store
