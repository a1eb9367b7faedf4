#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// What durations, sizes and numbers were meant to be, in units as other programs write them. Each is
// `, did you mean "8MiB"?`, or "" if nobody knows.

namespace larder::config {

/// `5min`, `1h 30m`, `1.5s`, `1w`; `bare_unit` is for a number alone. Words for none are `0` if that may be.
std::string duration_meant(std::string_view text, std::string_view bare_unit, bool may_be_zero);

/// `8M`, `64 mb`, `1.5GiB`.
std::string size_meant(std::string_view text);

/// `10k`, `1_000`, `64KiB`; nothing beyond the bounds.
std::string number_meant(std::string_view text, std::uint64_t least, std::uint64_t most);

/// Whether it is a word for nothing at all: `none`, `off`.
bool is_none_word(std::string_view text);

}  // namespace larder::config
