#pragma once

#include "support/temporary_directory.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace larder::test {

/// Another program, started by the constructor; it ends with this object, and with the thread that made it
/// (so that a test that crashes leaves nothing running). Its output goes to its own files. Not for two
/// threads.
class Process {
 public:
  /// Starts argv[0], looked up in PATH. `environment` (`NAME=value`) is added to ours. A program that
  /// cannot be started ends with exit code 127, and errors() says why.
  explicit Process(std::vector<std::string> argv, std::vector<std::string> environment = {});

  /// Kills it if it still runs.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  bool is_running();

  void signal(int number);  ///< does nothing if it has ended
  void terminate();         ///< SIGTERM
  void kill();              ///< SIGKILL, and waits for the end

  /// Waits for the end, at most `limit`: the exit code, 128 + the signal that ended it, or nothing if it
  /// still runs.
  std::optional<int> wait(std::chrono::milliseconds limit = std::chrono::seconds(10));

  std::string output() const;  ///< what it wrote to its standard output so far
  std::string errors() const;  ///< the same for its standard error

 private:
  bool reap(bool block);

  TemporaryDirectory files_;
  pid_t pid_ = -1;
  std::optional<int> ended_;
};

}  // namespace larder::test
