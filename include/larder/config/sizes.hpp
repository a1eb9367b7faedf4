#pragma once

#include <larder/config/config.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace larder::config {

/// A warning for each size that a machine of so many bytes of memory cannot hold; none if that is unknown
/// (0).
std::vector<std::string> sizes_past(std::uint64_t machine_memory, const Config& config);

}  // namespace larder::config
