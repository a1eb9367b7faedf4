#pragma once

#include <larder/base/result.hpp>
#include <larder/base/task.hpp>
#include <larder/net/stream.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace larder::server {

/// What a client has sent and nobody has taken yet. It has no memory until something comes.
class InputBuffer {
 public:
  /// `largest_head`: bytes of the largest head to be held whole.
  explicit InputBuffer(std::size_t largest_head)
      : largest_(std::max(content_buffer, largest_head + first_buffer)) {}

  std::string_view view() const { return {buffer_.data() + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }

  void consume(std::size_t count) { begin_ += count; }
  void clear() { begin_ = end_ = 0; }

  /// Makes room after what is there: a buffer that was found full is worth a larger one. None if it is full
  /// of what nobody takes; a head that is too large is seen to be before.
  std::span<char> room() {
    const bool was_full = end_ == buffer_.size();
    if (empty()) clear();
    if (was_full && begin_ != 0) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    } else if (was_full && buffer_.size() < largest_) {
      buffer_.resize(buffer_.empty() ? first_buffer : std::min(buffer_.size() * 4, largest_));
    }
    return std::span(buffer_).subspan(end_);
  }

  /// That many bytes have come into room().
  void add(std::size_t count) { end_ += count; }

  /// Reads more after what is there; how much.
  Task<Result<std::size_t>> read_from(net::Stream& stream) {
    const std::span<char> free = room();
    if (free.empty()) co_return Error::head_too_large;
    const Result<std::size_t> count = co_await stream.read_some(free);
    if (count) add(*count);
    co_return count;
  }

 private:
  static constexpr std::size_t first_buffer = 4 * 1024;
  static constexpr std::size_t content_buffer = 64 * 1024;

  std::size_t largest_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace larder::server
