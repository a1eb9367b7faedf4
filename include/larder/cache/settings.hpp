#pragma once

#include <larder/base/address_set.hpp>
#include <larder/base/clock.hpp>
#include <larder/cache/fill_coordinator.hpp>
#include <larder/policy/route_table.hpp>
#include <larder/policy/sites.hpp>
#include <larder/policy/trusted_proxies.hpp>

#include <cstdint>
#include <map>
#include <string>

namespace larder::cache {

/// Settings of the cache.
struct Settings {
  policy::TrustedProxies trusted_proxies;
  policy::Sites sites;
  policy::RouteTable routes;  ///< each names its upstream
  policy::Route fallback;     ///< if none matches; without an upstream such a request gets 404
  Milliseconds max_lifetime{24 * 3'600'000};
  std::uint64_t max_object = 8ull << 20;  ///< bytes of content; larger responses stream through, unstored
  AddressSet purge_method;                ///< clients whose PURGE is answered here; all others get 405
  /// How long a fill of unknown length goes on when its last reader has left.
  Milliseconds unread_at_most{5'000};
  /// When a write of unknown outcome purges once more.
  Milliseconds purge_again_after{5'000};
  std::map<std::string, Protection> upstreams;  ///< by name; others are not limited
  std::string loop_mark;                        ///< this instance's in CDN-Loop; empty: loops go unseen
};

}  // namespace larder::cache
