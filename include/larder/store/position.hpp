#pragma once

#include <larder/base/result.hpp>

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace larder::store {

/// A place in the purge log: a Redis stream ID.
struct Position {
  std::uint64_t milliseconds = 0;
  std::uint64_t sequence = 0;
  auto operator<=>(const Position&) const = default;

  std::string text() const;  ///< "1700000000000-0"
};

/// What a response is as new as: a position in the shared log if given, else a sequence of this instance.
struct Since {
  std::optional<Position> position{};
  std::uint64_t sequence = 0;
};

Result<Position> parse_position(std::string_view text);

}  // namespace larder::store
