#pragma once

#include <larder/pipeline/handler.hpp>
#include <larder/policy/trusted_proxies.hpp>

#include <string>

namespace larder::cache {

struct Settings;

/// What is worth telling about the peer that a request came from.
struct PeerNotice {
  enum class What {
    nothing,
    overwritten_scheme,  ///< it said that its client came by another scheme, and is not believed
    unread_family,       ///< it is trusted, and speaks the family of fields that is not read
  };
  What what = What::nothing;
  std::string peer;  ///< an address
  std::string said;  ///< the scheme, or the family
};

/// Makes of a request that came through proxies what it was before it came to the first that is trusted: its
/// client's address, its scheme, perhaps its host. What anybody else said of these counts for nothing, and
/// policy::remove_origination() takes it away. May be called again.
PeerNotice look_behind_proxies(const Settings& settings, pipeline::Request& request);

/// Calls its site what the settings call it. What a signed request named is kept for the origin, which would
/// not accept another name. May be called again.
void name_site(const Settings& settings, pipeline::Request& request);

/// The Host of a request whose answer is for its client only: as it came, unless the authority of an
/// absolute-form target (RFC 9112, section 3.2.2) or the site it is a spelling of takes its place.
std::string own_host_of(const pipeline::Request& request);

}  // namespace larder::cache
