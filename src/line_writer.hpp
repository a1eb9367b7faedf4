#pragma once

#include <larder/base/clock.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace larder {

/// Lines on their way to a descriptor. A thread of its own writes them from a bounded queue: whether or not
/// the other end is read, nothing here waits. Past the bound the oldest are lost, and counted. write()
/// and lost() may be called from any thread.
class LineWriter {
 public:
  /// Learns what went wrong, and how many lines were lost once lines flow again; on the writer's thread. May
  /// write() to the same writer.
  using Say = std::function<void(const std::string& message)>;

  /// Writes to `descriptor`, which it closes if it `owns` it. `name` is what messages call it.
  LineWriter(std::string name, int descriptor, bool owns, Say say);

  /// As finish(), at once.
  ~LineWriter();
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  /// `line` ends with a line feed.
  void write(std::string line);

  /// Writes to this descriptor, which it owns, from now on. What is queued may go there.
  void replace(int descriptor);

  /// Writes what is queued until `deadline`, and gives up what is left then, a write under way too. What
  /// comes later is lost.
  void finish(SteadyTime deadline);

  /// Lines that were never written, so far.
  std::uint64_t lost() const;

 private:
  struct State;

  std::shared_ptr<State> state_;
};

}  // namespace larder
