#pragma once

#include <larder/pipeline/handler.hpp>
#include <larder/policy/trusted_proxies.hpp>

#include <string>

namespace larder::cache {

struct Settings;

/// What the peer said of the scheme, and is not believed.
struct Disbelieved {
  std::string peer;
  std::string scheme;  ///< empty: nothing
};

/// Makes of a request that came through proxies what it was before it came to the first that is trusted: its
/// client's address, its scheme, perhaps its host. Nothing of what anybody else said of these is left. May be
/// called again.
Disbelieved look_behind_proxies(const Settings& settings, pipeline::Request& request);

}  // namespace larder::cache
