#include "fill_reader.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace larder::cache {
namespace {

/// A client gets the server's deadline for each piece.
constexpr std::uint64_t largest_piece = 256 * 1024;

}  // namespace

FillReader::FillReader(std::shared_ptr<SharedFill> fill, std::uint64_t from,
                       std::optional<std::uint64_t> size)
    : fill_(std::move(fill)), position_(from), left_(size) {
  fill_->attach_reader();
}

FillReader::~FillReader() {
  fill_->detach_reader();
}

Task<Result<std::string_view>> FillReader::read() {
  if (left_ == 0) co_return std::string_view{};
  if (sleeper_ == nullptr) {
    const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    sleeper_ = std::make_shared<Sleeper>(executor);
  }
  const std::uint64_t most = std::min(left_.value_or(largest_piece), largest_piece);
  std::optional<Result<Bytes>> piece = fill_->read(position_, most, Waker(*sleeper_));
  while (!piece && !is_given_up_) {
    // The fill ends by the deadlines of its upstream, and with the program.
    co_await sleeper_->sleep_until(SteadyTime::max());
    piece = fill_->read(position_, most, Waker(*sleeper_));
  }
  if (is_given_up_) co_return Error::client_left;
  if (!*piece) co_return piece->error();
  piece_ = std::move(**piece);
  position_ += piece_.size();
  if (left_) *left_ -= piece_.size();
  co_return piece_.view();
}

void FillReader::give_up() {
  is_given_up_ = true;
  if (sleeper_ != nullptr) Waker(*sleeper_).wake();
}

}  // namespace larder::cache
