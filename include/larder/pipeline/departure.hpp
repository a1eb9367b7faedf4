#pragma once

#include <functional>
#include <utility>

namespace larder::pipeline {

/// Tells code that waits on behalf of one client only that this client has left. It belongs to the client's
/// connection and its loop, and outlives the handling of a request.
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

 private:
  std::function<void()> then_;
  bool has_left_ = false;
};

}  // namespace larder::pipeline
