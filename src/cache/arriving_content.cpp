#include "arriving_content.hpp"

#include <algorithm>
#include <cstring>

namespace larder::cache {
namespace {

constexpr std::size_t smallest_segment = 16 * 1024;
constexpr std::size_t largest_segment = 1024 * 1024;
/// What is kept for readers that are behind, if too much is held already.
constexpr std::uint64_t least_window = 64 * 1024;

}  // namespace

ArrivingContent::ArrivingContent(std::optional<std::uint64_t> length, std::shared_ptr<ByteBudget> budget)
    : length_(length), budget_(std::move(budget)) {
  if (length_ && *length_ > smallest_segment) add_segment(*length_);
}

void ArrivingContent::append(std::string_view piece) {
  while (!piece.empty()) {
    if (segments_.empty() || segments_.back().size == segments_.back().capacity) add_segment(piece.size());
    Segment& last = segments_.back();
    const std::size_t count = std::min(piece.size(), last.capacity - last.size);
    std::memcpy(last.bytes.get() + last.size, piece.data(), count);
    last.size += count;
    end_ += count;
    piece.remove_prefix(count);
  }
}

/// Each as large as all before it, so that joining them costs little, as long as there is room for such.
void ArrivingContent::add_segment(std::size_t wanted) {
  std::size_t capacity = std::clamp<std::size_t>(end_, smallest_segment, largest_segment);
  if (is_crowded(capacity)) capacity = smallest_segment;
  if (segments_.empty() && end_ == 0 && length_) capacity = *length_;
  capacity = std::max(capacity, wanted);
  segments_.push_back({ByteBudget::allocate(budget_, capacity), capacity, 0});
}

bool ArrivingContent::is_crowded(std::uint64_t wanted) const {
  return budget_ != nullptr && !budget_->has_room(wanted);
}

void ArrivingContent::keep_last(std::uint64_t count) {
  if (is_crowded(0)) count = std::min(count, least_window);
  while (segments_.size() > 1 && end_ - begin_ - segments_.front().size >= count) {
    begin_ += segments_.front().size;
    segments_.pop_front();
  }
}

void ArrivingContent::keep_from(std::uint64_t position) {
  while (segments_.size() > 1 && begin_ + segments_.front().size <= position) {
    begin_ += segments_.front().size;
    segments_.pop_front();
  }
}

Bytes ArrivingContent::at(std::uint64_t position, std::uint64_t most) const {
  if (position < begin_) return {};
  std::uint64_t from = begin_;
  for (const Segment& segment : segments_) {
    if (position < from + segment.size) {
      return bytes_of(segment, position - from,
                      std::min<std::uint64_t>(most, from + segment.size - position));
    }
    from += segment.size;
  }
  return {};
}

Bytes ArrivingContent::whole() const {
  // What is kept for long is not to keep room for more.
  if (segments_.size() == 1 && segments_.front().size == segments_.front().capacity) {
    return bytes_of(segments_.front(), 0, segments_.front().size);
  }
  const std::shared_ptr<char[]> joined = ByteBudget::allocate(budget_, end_);
  char* end = joined.get();
  for (const Segment& segment : segments_) end = std::copy_n(segment.bytes.get(), segment.size, end);
  return Bytes(joined, {joined.get(), static_cast<std::size_t>(end_)});
}

Bytes ArrivingContent::bytes_of(const Segment& segment, std::size_t from, std::size_t count) {
  return Bytes(segment.bytes, std::string_view(segment.bytes.get() + from, count));
}

}  // namespace larder::cache
