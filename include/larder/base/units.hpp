#pragma once

#include <larder/base/clock.hpp>
#include <larder/base/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace larder {

/// Reads `50ms`, `2s`, `1m`, `1h30m`, `7d`; a bare `0` too. Error::malformed otherwise, Error::too_large past
/// 100 years.
Result<Milliseconds> parse_duration(std::string_view text);

/// Reads `512`, `64KiB`, `8MiB`, `2GiB`, `1TiB` and the decimal `kB`, `MB`, `GB`: bytes. Error::malformed
/// otherwise.
Result<std::uint64_t> parse_size(std::string_view text);

/// The shortest text that parse_duration() reads back: `1h30m`, `250ms`, `0s`.
std::string format_duration(Milliseconds duration);

/// A number of things in words: `1 page`, `2 pages`.
std::string counted(std::uint64_t count, std::string_view thing);

/// The shortest exact text that parse_size() reads back: `8MiB`, `1000`.
std::string format_size(std::uint64_t bytes);

}  // namespace larder
