#pragma once

#include <larder/base/byte_budget.hpp>
#include <larder/base/bytes.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>

namespace larder::cache {

/// Content that grows at its end and may be forgotten at its beginning. What it hands out stays as it is and
/// lives as long as it is held. It takes no lock: its owner does.
class ArrivingContent {
 public:
  /// `length` if known: then the content lies in one piece, and counts as a whole, from the start: others
  /// must not take the same room before it comes. Its memory counts in `budget`, unless that is nullptr.
  explicit ArrivingContent(std::optional<std::uint64_t> length, std::shared_ptr<ByteBudget> budget = nullptr);

  void append(std::string_view piece);

  /// Forgets what lies more than `count` bytes before the end, as far as that is in pieces of its own; if
  /// the budget is used up, nearly all.
  void keep_last(std::uint64_t count);

  /// Forgets what lies before `position`, as far as that is in pieces of its own.
  void keep_from(std::uint64_t position);

  /// What lies from `position` on, at most `most` bytes of it and perhaps less; empty at the end.
  Bytes at(std::uint64_t position, std::uint64_t most) const;

  std::uint64_t begin() const { return begin_; }  ///< what lies before is forgotten
  std::uint64_t end() const { return end_; }

  /// All of it, if nothing was forgotten. Copies if it did not come in one piece.
  Bytes whole() const;

 private:
  struct Segment {
    std::shared_ptr<char[]> bytes;
    std::size_t capacity = 0;
    std::size_t size = 0;
  };

  bool is_crowded(std::uint64_t wanted) const;
  void add_segment(std::size_t wanted);
  static Bytes bytes_of(const Segment& segment, std::size_t from, std::size_t count);

  std::optional<std::uint64_t> length_;
  std::shared_ptr<ByteBudget> budget_;
  std::deque<Segment> segments_;
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
};

}  // namespace larder::cache
