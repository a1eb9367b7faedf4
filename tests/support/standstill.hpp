#pragma once

#include "support/wait.hpp"

#include <fstream>
#include <signal.h>
#include <stdexcept>
#include <string>

namespace larder::test {

/// The letter that /proc shows after the name in parentheses: T for a stopped process.
inline char state_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(file, line);
  const std::size_t end_of_name = line.rfind(')');
  return end_of_name == std::string::npos || end_of_name + 2 >= line.size() ? '?' : line[end_of_name + 2];
}

/// As in a paused container: its connections stay open, and the kernel goes on accepting new ones.
inline void stop_process(pid_t pid) {
  ::kill(pid, SIGSTOP);
  if (!eventually([pid] { return state_of(pid) == 'T'; }))
    throw std::runtime_error("the process does not stop");
}

/// A process that is stopped while this object lives.
class Standstill {
 public:
  explicit Standstill(pid_t pid) : pid_(pid) { stop_process(pid_); }
  ~Standstill() { ::kill(pid_, SIGCONT); }
  Standstill(const Standstill&) = delete;
  Standstill& operator=(const Standstill&) = delete;

 private:
  pid_t pid_;
};

}  // namespace larder::test
