#pragma once

#include <cstdint>
#include <sys/resource.h>

namespace larder {

/// Raises the limit as far as it goes, since the usual soft one is 1024. Returns what it is then.
inline std::uint64_t raise_descriptor_limit() {
  constexpr std::uint64_t usual = 1024;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return usual;
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

}  // namespace larder
