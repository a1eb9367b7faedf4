#include "purge_stream.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace larder::store {
namespace {

using redis::Value;

Result<std::vector<ReadRecord>> records_of(const Value& entries) {
  std::vector<ReadRecord> records;
  records.reserve(entries.items.size());
  for (const Value& entry : entries.items) {
    Result<ReadRecord> record = read_record(entry);
    if (!record) return record.error();
    records.push_back(std::move(*record));
  }
  return records;
}

std::optional<Position> read_position(const Value& value) {
  const Result<Position> position = parse_position(value.text.view());
  return position ? std::optional(*position) : std::nullopt;
}

PurgeStream::Extent read_extent(const Value& reply) {
  PurgeStream::Extent extent;
  extent.exists = true;
  for (std::size_t i = 0; i + 1 < reply.items.size(); i += 2) {
    const std::string_view name = reply.items[i].text.view();
    const Value& value = reply.items[i + 1];
    if (name == "last-generated-id") extent.last = read_position(value).value_or(Position{});
    if (name == "max-deleted-entry-id") extent.deleted = read_position(value).value_or(Position{});
    if (name == "first-entry" && !value.items.empty()) extent.first = read_position(value.items[0]);
  }
  return extent;
}

/// Why there is no usable reply; no error if there is one. What Redis refuses, its client has logged.
boost::system::error_code failure_of(const Result<redis::Value>& reply) {
  if (!reply) return reply.error();
  return reply->is_error() ? make_error_code(Error::refused) : boost::system::error_code();
}

}  // namespace

/// An XINFO that follows a reading on the same connection.
struct PurgeStream::Look {
  std::optional<Result<Extent>> extent;
  bool is_behind = false;  ///< the reading had been answered before
  boost::asio::steady_timer arrived;
};

std::optional<Position> PurgeStream::Extent::gap_after(Position known) const {
  if (last <= known) return std::nullopt;
  // Streams are trimmed from their oldest record on: while `known` is there, so is all that came after it.
  const Position trimmed = !first ? last : (*first > known ? *first : Position{});
  const Position gap = std::max(trimmed, deleted);
  return gap > known ? std::optional(gap) : std::nullopt;
}

PurgeStream::PurgeStream(redis::Redis& redis, std::string key, Author author)
    : redis_(redis), key_(std::move(key)), author_(std::move(author)) {}

Task<Result<std::optional<Position>>> PurgeStream::append(PurgeRecord record, Position oldest) {
  redis::Command command("XADD");
  command.key(key_).arg("NOMKSTREAM").arg("MINID").arg("~").arg(oldest.text()).arg("*");
  add_fields(command, record, author_.by);
  const Result<Value> reply = co_await redis_.execute(std::move(command));
  is_full_ = reply && reply->is_error() && reply->text.view().starts_with("OOM ");
  if (const auto failure = failure_of(reply)) co_return failure;
  if (reply->is_nil()) co_return std::optional<Position>{};
  const Result<Position> position = parse_position(reply->text.view());
  if (!position) co_return position.error();
  co_return std::optional<Position>(*position);
}

Task<Result<>> PurgeStream::append_marker(Position after, Time now) const {
  // A position of our own choice: a new Redis may have a clock behind the old one's, and positions must grow.
  const auto milliseconds =
      static_cast<std::uint64_t>(std::max<std::int64_t>(now.time_since_epoch().count(), 0));
  const Position position{std::max(milliseconds, after.milliseconds + 1), 0};
  redis::Command command("XADD");
  command.key(key_).arg(position.text());
  add_statement(command, Statement::marker, link().node, now, author_);
  Result<Value> reply = co_await redis_.execute(std::move(command));
  if (reply && reply->is_error()) {
    // The stream has later ones, so the position Redis chooses is later too.
    redis::Command again("XADD");
    again.key(key_).arg("*");
    add_statement(again, Statement::marker, link().node, now, author_);
    reply = co_await redis_.execute(std::move(again));
  }
  if (const auto failure = failure_of(reply)) co_return failure;
  co_return Result<>{};
}

Task<Result<>> PurgeStream::append_witness(Time now) const {
  redis::Command command("XADD");
  command.key(key_).arg("NOMKSTREAM").arg("*");
  add_statement(command, Statement::witness, link().node, now, author_);
  const Result<Value> reply = co_await redis_.execute(std::move(command));
  if (const auto failure = failure_of(reply)) co_return failure;
  co_return Result<>{};
}

/// XREAD alone does not tell that records were trimmed before it could give them. So an XINFO goes right
/// behind it, which costs no round trip of its own.
Task<Result<PurgeStream::Reading>> PurgeStream::read(Position after, Milliseconds block,
                                                     Milliseconds timeout) const {
  const auto executor = co_await boost::asio::this_coro::executor;
  const auto behind = std::make_shared<Look>(Look{{}, false, boost::asio::steady_timer(executor)});
  behind->arrived.expires_at(SteadyTime::max());
  // It begins in a later turn of the loop, so behind the command below.
  boost::asio::co_spawn(executor, look(behind, timeout), boost::asio::detached);
  Result<std::vector<ReadRecord>> records = co_await read_records(after, block, timeout);
  behind->is_behind = !behind->extent;
  if (!behind->extent) co_await behind->arrived.async_wait(awaiting);
  if (!records) co_return records.error();
  Result<Extent> extent = std::move(*behind->extent);
  // A cluster's redirection may have let it overtake the reading.
  if (!behind->is_behind) extent = co_await this->extent();
  if (!extent) co_return extent.error();
  co_return Reading{std::move(*records), *extent};
}

Task<> PurgeStream::look(std::shared_ptr<Look> look, Milliseconds timeout) const {
  Result<Extent> extent = co_await this->extent(timeout);
  look->extent = std::move(extent);
  look->arrived.cancel();
}

Task<Result<std::vector<ReadRecord>>> PurgeStream::read_records(Position after, Milliseconds block,
                                                                Milliseconds timeout) const {
  redis::Command command("XREAD");
  command.arg("COUNT").arg("1000");
  if (block > Milliseconds{0}) command.arg("BLOCK").arg(std::int64_t{block.count()});
  command.arg("STREAMS").key(key_).arg(after.text());
  const Result<Value> reply = co_await redis_.execute(std::move(command), timeout);
  if (const auto failure = failure_of(reply)) co_return failure;
  if (reply->is_nil()) co_return std::vector<ReadRecord>{};
  // One stream was asked for: [[key, entries]].
  if (reply->items.size() != 1 || reply->items[0].items.size() != 2) co_return Error::malformed;
  co_return records_of(reply->items[0].items[1]);
}

Task<Result<std::int64_t>> PurgeStream::wait(unsigned replicas, Milliseconds timeout) const {
  // A busy Redis may answer a little later than it was asked to.
  constexpr Milliseconds grace{500};
  redis::Command command("WAIT");
  command.arg(std::int64_t{replicas}).arg(std::int64_t{timeout.count()}).beside(key_);
  const Result<Value> reply = co_await redis_.execute(std::move(command), timeout + grace);
  if (const auto failure = failure_of(reply)) co_return failure;
  co_return reply->integer;
}

Task<Result<bool>> PurgeStream::holds(Position position) const {
  redis::Command command("XRANGE");
  command.key(key_).arg(position.text()).arg(position.text());
  const Result<Value> reply = co_await redis_.execute(std::move(command));
  if (const auto failure = failure_of(reply)) co_return Result<bool>(boost::system::in_place_error, failure);
  co_return Result<bool>(boost::system::in_place_value, !reply->items.empty());
}

Task<Result<bool>> PurgeStream::remove() const {
  redis::Command command("DEL");
  command.key(key_);
  const Result<Value> reply = co_await redis_.execute(std::move(command));
  if (const auto failure = failure_of(reply)) co_return Result<bool>(boost::system::in_place_error, failure);
  co_return Result<bool>(boost::system::in_place_value, reply->integer != 0);
}

Task<Result<PurgeStream::Extent>> PurgeStream::extent(Milliseconds timeout) const {
  redis::Command command("XINFO");
  command.arg("STREAM").key(key_);
  const Result<Value> reply = co_await redis_.execute(std::move(command), timeout);
  if (!reply) co_return reply.error();
  if (!reply->is_error()) co_return read_extent(*reply);
  if (reply->text.view().find("no such key") != std::string_view::npos) co_return Extent{};
  co_return failure_of(reply);
}

}  // namespace larder::store
