#pragma once

#include <larder/http/target.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace larder::policy {

/// A site and its other spellings, as a configuration has them.
struct SiteRule {
  std::string site;                    ///< host[:port]
  std::vector<std::string> spellings;  ///< host[:port], or host:* for every port
  bool operator==(const SiteRule&) const = default;
};

/// A spelling taken apart: `port` is "*" if every port is meant. Error::malformed if it is not an authority
/// over `scheme`, or has an asterisk elsewhere.
Result<http::Authority> parse_spelling(std::string_view text, std::string_view scheme);

/// `sites`: which authorities are other spellings of which sites. What a request names is replaced before it
/// is routed, keyed, sent on or purges anything; so a site has one set of entries, whatever it is called.
class Sites {
 public:
  Sites() = default;

  /// The configuration has checked the rules: each spelling belongs to one site, and no site is
  /// another's spelling. Replacing twice is replacing once.
  explicit Sites(const std::vector<SiteRule>& rules);

  /// The site that a target names by another spelling; nullptr: it does not. A spelling with its port goes
  /// before one for every port. It lives as long as this.
  const http::Authority* meant_by(const http::Target& target) const {
    return http_.empty() ? nullptr : look_up(target);
  }

  /// Replaces another spelling by the site.
  void replace(http::Target& target) const;

  /// What requests for a URL are routed by; without a host if it is none.
  http::Target target_at(std::string_view url) const;

  /// The hosts that a purge of everything at `host` has to name, since purges know no ports: the sites that
  /// it is a spelling of, and itself if at some port it is not one.
  std::vector<std::string> hosts_of(const std::string& host) const;

 private:
  struct Ports {
    std::map<std::string, http::Authority> sites;
    std::optional<http::Authority> every;
    const http::Authority* site_at(const std::string& port) const;
  };
  using Hosts = std::unordered_map<std::string, Ports>;

  static Hosts read(const std::vector<SiteRule>& rules, std::string_view scheme);
  const http::Authority* look_up(const http::Target& target) const;

  // Apart, since they have other default ports.
  Hosts http_;
  Hosts https_;
};

}  // namespace larder::policy
