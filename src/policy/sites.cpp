#include <larder/policy/sites.hpp>

#include <algorithm>

namespace larder::policy {

// An asterisk may stand in a host (RFC 3986, section 3.2.2), but one here means a pattern.
Result<http::Authority> parse_spelling(std::string_view text, std::string_view scheme) {
  constexpr std::string_view every_port = ":*";
  const bool has_every_port = text.ends_with(every_port);
  if (has_every_port) text.remove_suffix(every_port.size());
  // After a host without a port only the colons of an IP literal are left.
  const bool has_port = !text.ends_with(']') && text.find(':') != text.npos;
  if (text.find('*') != text.npos || (has_every_port && has_port)) return Error::malformed;
  Result<http::Authority> authority = http::parse_authority(text, scheme);
  if (authority && has_every_port) authority->port = "*";
  return authority;
}

Sites::Sites(const std::vector<SiteRule>& rules) : http_(read(rules, "http")), https_(read(rules, "https")) {}

Sites::Hosts Sites::read(const std::vector<SiteRule>& rules, std::string_view scheme) {
  Hosts hosts;
  for (const SiteRule& rule : rules) {
    const Result<http::Authority> site = http::parse_authority(rule.site, scheme);
    for (const std::string& text : rule.spellings) {
      const Result<http::Authority> spelling = parse_spelling(text, scheme);
      if (!site || !spelling) continue;
      Ports& ports = hosts[spelling->host];
      if (spelling->port == "*") {
        ports.every = *site;
      } else {
        ports.sites.emplace(spelling->port, *site);
      }
    }
  }
  return hosts;
}

const http::Authority* Sites::Ports::site_at(const std::string& port) const {
  const auto found = sites.find(port);
  if (found != sites.end()) return &found->second;
  return every ? &*every : nullptr;
}

const http::Authority* Sites::look_up(const http::Target& target) const {
  const Hosts& hosts = target.scheme == "https" ? https_ : http_;
  const auto found = hosts.find(target.host);
  return found == hosts.end() ? nullptr : found->second.site_at(target.port);
}

void Sites::replace(http::Target& target) const {
  const http::Authority* const site = meant_by(target);
  if (site == nullptr) return;
  target.host = site->host;
  target.port = site->port;
}

http::Target Sites::target_at(std::string_view url) const {
  const Result<http::Target> named = http::resolve({}, url);
  if (!named) return {};
  http::Target target = *named;
  replace(target);
  return target;
}

std::vector<std::string> Sites::hosts_of(const std::string& host) const {
  const auto found = http_.find(host);
  if (found == http_.end()) return {host};
  std::vector<std::string> named;
  const auto add = [&](const std::string& name) {
    if (std::find(named.begin(), named.end(), name) == named.end()) named.push_back(name);
  };
  for (const auto& [port, site] : found->second.sites) add(site.host);
  add(found->second.every ? found->second.every->host : host);
  return named;
}

}  // namespace larder::policy
