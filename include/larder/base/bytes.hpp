#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace larder {

/// Immutable bytes shared by reference count: copying and slicing copy no byte. Safe to share across threads.
class Bytes {
 public:
  Bytes() = default;

  /// Takes over the string's memory.
  explicit Bytes(std::string&& text) {
    auto owner = std::make_shared<const std::string>(std::move(text));
    view_ = *owner;
    owner_ = std::move(owner);
  }

  /// Bytes that `owner` keeps alive.
  Bytes(std::shared_ptr<const void> owner, std::string_view view) : owner_(std::move(owner)), view_(view) {}

  /// In one block of memory with its count.
  static Bytes copy_of(std::string_view text) {
    const std::shared_ptr<char[]> owner = std::make_shared_for_overwrite<char[]>(text.size());
    std::copy(text.begin(), text.end(), owner.get());
    return Bytes(owner, {owner.get(), text.size()});
  }

  std::string_view view() const { return view_; }
  std::size_t size() const { return view_.size(); }
  bool empty() const { return view_.empty(); }

  /// The part from `from` on, at most `count` bytes long, sharing the same memory.
  Bytes slice(std::size_t from, std::size_t count = std::string_view::npos) const {
    return Bytes(owner_, view_.substr(from, count));
  }

 private:
  std::shared_ptr<const void> owner_;
  std::string_view view_;
};

}  // namespace larder
