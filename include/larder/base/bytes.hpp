#pragma once

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

  static Bytes copy_of(std::string_view text) { return Bytes(std::string(text)); }

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
