#pragma once

#include "fetcher.hpp"

#include <larder/base/log.hpp>
#include <larder/store/warm_records.hpp>

#include <string>
#include <vector>

namespace larder::warm {

/// The most pages of one run; what a sitemap or a list has beyond them is left out.
inline constexpr std::size_t most_pages = 50'000;

/// The pages that a route's rule names, each once, and only those that the route itself answers: its URLs,
/// then its hottest, then those of its sitemap. `records` may be nullptr. What cannot be fetched is logged
/// and left out.
Task<std::vector<http::Target>> pages_of(const policy::Route& route, const Fetcher& fetcher,
                                         store::WarmRecords* records, Log& log);

}  // namespace larder::warm
