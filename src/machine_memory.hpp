#pragma once

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <limits>
#include <unistd.h>

namespace larder {

/// Bytes of memory that this process may use: the machine's, or less by its control group (a container's
/// limit). 0 if nobody says.
inline std::uint64_t machine_memory() {
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long page = ::sysconf(_SC_PAGESIZE);
  constexpr std::uint64_t unknown = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t bytes = unknown;
  if (pages > 0 && page > 0) bytes = static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page);
  for (const char* path : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    std::ifstream file(path);
    std::uint64_t limit = 0;
    // "max" is not a number.
    if (file >> limit && limit > 0) bytes = std::min(bytes, limit);
  }
  return bytes == unknown ? 0 : bytes;
}

}  // namespace larder
