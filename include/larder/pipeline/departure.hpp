#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

namespace larder::pipeline {

/// Tells code that works on behalf of one client only that this client has left, or has been cut off. It
/// belongs to the client's connection and its loop, and outlives the handling of a request.
class Departure {
 public:
  /// Called when the client leaves, for as long as it lives: one at a time. With nullptr nothing is.
  class Watch {
   public:
    Watch(Departure* departure, std::function<void()> then) : departure_(departure) {
      if (departure_ != nullptr) departure_->then_ = std::move(then);
    }
    ~Watch() {
      if (departure_ != nullptr) departure_->then_ = nullptr;
    }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

   private:
    Departure* departure_;
  };

  /// The client has left.
  void note() {
    has_left_ = true;
    if (then_) std::exchange(then_, nullptr)();
  }

  bool has_left() const { return has_left_; }

  /// The connection has been ended from our side, since larder ends; that much of shutdown_problem()'s
  /// content has been sent.
  void note_cut_off(std::uint64_t told) { told_at_the_end_ = told; }
  const std::optional<std::uint64_t>& told_at_the_end() const { return told_at_the_end_; }

  /// How the connection looks now, as nobody may have noted yet. A system call.
  enum class Look { here, ended_its_direction, gone };
  virtual Look look() const = 0;

 protected:
  ~Departure() = default;

 private:
  std::function<void()> then_;
  bool has_left_ = false;
  std::optional<std::uint64_t> told_at_the_end_;
};

}  // namespace larder::pipeline
