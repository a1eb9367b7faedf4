#pragma once

#include <boost/asio/detail/thread_info_base.hpp>

#include <array>
#include <cstddef>
#include <new>
#include <utility>

namespace larder {

/// Memory of coroutine frames, kept by each thread for its next ones. Asio 1.24 keeps none of more than
/// 1020 bytes, and gives up a smaller one for each of those: a miss took some sixteen frames from malloc and
/// left holes all over the heap between the stored responses.
class CoroutineMemory {
 public:
  static constexpr std::size_t grain = 64;           ///< bytes, the step between sizes
  static constexpr std::size_t largest = 8 * 1024;   ///< bytes; what is larger is not kept
  static constexpr std::size_t most_kept = 1 << 20;  ///< bytes, of one thread

  CoroutineMemory() = default;
  ~CoroutineMemory() {
    for (Free* list : free_) {
      while (list != nullptr) ::operator delete(std::exchange(list, list->next));
    }
  }
  CoroutineMemory(const CoroutineMemory&) = delete;
  CoroutineMemory& operator=(const CoroutineMemory&) = delete;

  void* take(std::size_t size) {
    const std::size_t kind = kind_of(size);
    if (kind >= free_.size() || free_[kind] == nullptr) return fresh(size);
    kept_ -= kind * grain;
    return std::exchange(free_[kind], free_[kind]->next);
  }

  void give(void* memory, std::size_t size) {
    const std::size_t kind = kind_of(size);
    if (kind >= free_.size() || kept_ + kind * grain > most_kept) return ::operator delete(memory);
    kept_ += kind * grain;
    free_[kind] = new (memory) Free{free_[kind]};
  }

  /// What take() gives if nothing is kept; any thread's give() may have it.
  static void* fresh(std::size_t size) { return ::operator new(kind_of(size) * grain); }

  static CoroutineMemory& of_this_thread() {
    thread_local CoroutineMemory memory;
    return memory;
  }

 private:
  struct Free {
    Free* next;
  };

  static std::size_t kind_of(std::size_t size) { return (size + grain - 1) / grain; }

  std::array<Free*, largest / grain + 1> free_{};
  std::size_t kept_ = 0;
};

}  // namespace larder

namespace boost::asio::detail {

/// `thread` is nullptr outside an event loop, when a thread may be about to end.
template <>
inline void* thread_info_base::allocate<thread_info_base::awaitable_frame_tag>(awaitable_frame_tag,
                                                                               thread_info_base* thread,
                                                                               std::size_t size,
                                                                               std::size_t) {
  if (thread == nullptr) return larder::CoroutineMemory::fresh(size);
  return larder::CoroutineMemory::of_this_thread().take(size);
}

template <>
inline void thread_info_base::deallocate<thread_info_base::awaitable_frame_tag>(awaitable_frame_tag,
                                                                                thread_info_base* thread,
                                                                                void* memory,
                                                                                std::size_t size) {
  if (thread == nullptr) return ::operator delete(memory);
  larder::CoroutineMemory::of_this_thread().give(memory, size);
}

}  // namespace boost::asio::detail
