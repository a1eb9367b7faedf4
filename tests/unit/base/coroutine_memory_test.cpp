#include <larder/base/coroutine_memory.hpp>

#include <doctest/doctest.h>

#include <vector>

using larder::CoroutineMemory;

TEST_CASE("a coroutine's memory is reused for the next one of about its size") {
  CoroutineMemory memory;
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{64}, std::size_t{1'100}, std::size_t{2'768}, CoroutineMemory::largest}) {
    CAPTURE(size);
    void* const first = memory.take(size);
    memory.give(first, size);
    void* const other = memory.take(size + CoroutineMemory::grain);
    CHECK(other != first);
    void* const again = memory.take(size);
    CHECK(again == first);
    memory.give(other, size + CoroutineMemory::grain);
    memory.give(again, size);
  }
}

TEST_CASE("what a thread keeps is bounded, and nothing is lost") {
  CoroutineMemory memory;
  constexpr std::size_t size = 4'096;
  std::vector<void*> taken;
  for (std::size_t i = 0; i < 2 * CoroutineMemory::most_kept / size; ++i) taken.push_back(memory.take(size));
  for (void* const each : taken) memory.give(each, size);  // the sanitizers would notice
  memory.give(CoroutineMemory::fresh(100), 100);
  memory.give(memory.take(CoroutineMemory::largest + 1), CoroutineMemory::largest + 1);
}
