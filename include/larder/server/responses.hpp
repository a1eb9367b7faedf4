#pragma once

#include <larder/pipeline/handler.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace larder::server {

/// Responses sent so far, by pipeline::CacheResult.
using Responses = std::array<std::uint64_t, 6>;

/// One of these counts, for code that prints them (as CountRow).
struct ResponseRow {
  std::string_view name;  ///< in what GET /stats answers
  pipeline::CacheResult result;
  std::string_view help;  ///< a sentence

  std::uint64_t of(const Responses& responses) const { return responses[static_cast<std::size_t>(result)]; }
};

/// In the order in which they are printed.
inline constexpr auto response_table = std::to_array<ResponseRow>({
    {"hit", pipeline::CacheResult::hit, "Responses served from the cache."},
    {"miss", pipeline::CacheResult::miss, "Responses fetched from the origin that may be stored."},
    {"stale", pipeline::CacheResult::stale, "Responses served from the cache though they were stale."},
    {"revalidated", pipeline::CacheResult::revalidated,
     "Responses served from the cache after the origin had validated them."},
    {"bypass", pipeline::CacheResult::bypass, "Responses passed on that have nothing to do with the cache."},
    {"own", pipeline::CacheResult::none, "Responses of larder's own, such as refusals."},
});
static_assert(response_table.size() == std::tuple_size_v<Responses>);

}  // namespace larder::server
