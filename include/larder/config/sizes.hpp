#pragma once

#include <larder/config/config.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace larder::config {

/// A warning for each size that a machine of so many bytes of memory cannot hold; none if that is unknown
/// (0).
std::vector<std::string> sizes_past(std::uint64_t machine_memory, const Config& config);

/// What speaks against `limits.connections` if `descriptors` leave room for `fit` of them; empty if nothing
/// does.
std::string connections_past(std::size_t fit, std::uint64_t descriptors, const Config& config);

}  // namespace larder::config
