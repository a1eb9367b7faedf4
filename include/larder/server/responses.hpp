#pragma once

#include <larder/pipeline/handler.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace larder::server {

/// Responses sent so far, by pipeline::CacheResult, and apart from them those that say that there is none by
/// the upstream.
using Responses = std::array<std::uint64_t, 7>;
inline constexpr std::size_t place_of_failures = 6;

/// Where a response counts.
inline std::size_t place_of(const pipeline::Response& response) {
  return response.is_failure ? place_of_failures : static_cast<std::size_t>(response.cache_result);
}

/// One of these counts, for code that prints them (as CountRow).
struct ResponseRow {
  std::string_view name;  ///< in what GET /stats answers
  std::size_t place;
  std::string_view help;  ///< a sentence

  std::uint64_t of(const Responses& responses) const { return responses[place]; }
};

/// In the order in which they are printed.
inline constexpr auto response_table = std::to_array<ResponseRow>({
    {"hit", static_cast<std::size_t>(pipeline::CacheResult::hit), "Responses served from the cache."},
    {"miss", static_cast<std::size_t>(pipeline::CacheResult::miss),
     "Responses fetched from the origin that may be stored."},
    {"stale", static_cast<std::size_t>(pipeline::CacheResult::stale),
     "Responses served from the cache though they were stale."},
    {"revalidated", static_cast<std::size_t>(pipeline::CacheResult::revalidated),
     "Responses served from the cache after the origin had validated them."},
    {"bypass", static_cast<std::size_t>(pipeline::CacheResult::bypass),
     "Responses passed on that have nothing to do with the cache."},
    {"own", static_cast<std::size_t>(pipeline::CacheResult::none),
     "Responses of larder's own, such as refusals."},
    {"failed", place_of_failures,
     "Responses that say that there is none by the upstream: 502, 504, and 503 at the end."},
});
static_assert(response_table.size() == std::tuple_size_v<Responses>);

}  // namespace larder::server
