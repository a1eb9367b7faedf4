// Keys of other programs, and of other sections.
#include "elsewhere.hpp"

#include "reference.hpp"
#include "source.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

namespace larder::config {
namespace {

/// The kind of section: `route`, `upstream`, or what messages call it.
std::string_view kind_of(std::string_view where) {
  const auto is_named = [where](std::string_view what) {
    return where.starts_with(what) && where.ends_with('"') && where.find("\": ") == where.npos;
  };
  if (is_named("route \"") || where == "defaults.route") return "route";
  if (where.starts_with("routes[") && where.ends_with(']')) return "route";
  if (is_named("upstream \"") || where == "defaults.upstream") return "upstream";
  return where;
}

struct Foreign {
  std::string_view section;
  std::string_view keys;  ///< with a space around each
  std::string_view hint;
};

constexpr std::string_view in_its_url = ": it is part of the url, as url: redis://HOST:6379/DB";
constexpr std::string_view an_origin = ": it is part of the servers, as servers: \"http://HOST:PORT\"";
constexpr std::string_view a_listener = ": it is part of the address, as listen: 0.0.0.0:PORT";
constexpr std::string_view a_secure_listener =
    ": it belongs to an address, as listen: {address: \"0.0.0.0:8443\", tls: {cert: FILE, key: FILE}}";

constexpr Foreign foreign_keys[] = {
    {"store.redis", " host hostname port server servers addr address db database ", in_its_url},
    {"store.redis", " ssl use_tls ", ": it is part of the url, as url: rediss://HOST:6379/DB"},
    {"store.redis", " user ", ", did you mean \"username\"?"},
    {"store.redis", " prefix namespace ", ", did you mean \"key_prefix\"?"},
    {"store", " size max_size max_memory capacity ", ", did you mean \"memory\"?"},
    {"store", " ttl default_ttl ", ": it belongs in a route"},
    {"upstream", " url urls uri host hosts address addresses backend backends target targets origin port ",
     an_origin},
    {"upstream", " ssl https ", ": it is part of the servers, as servers: \"https://HOST\""},
    {"upstream", " connect_timeout ", ", did you mean \"timeouts: {connect: 2s}\"?"},
    {"upstream", " read_timeout response_timeout ", ", did you mean \"timeouts: {first_byte: 30s}\"?"},
    {"route", " path paths location matches url urls uri uris pattern patterns route ",
     ", did you mean \"match\"?"},
    {"route", " hosts site server_name domain ", ", did you mean \"host\"?"},
    {"route", " prefix path_prefix ", ", did you mean \"match: /PATH/**\"?"},
    {"route", " timeout timeouts read_timeout connect_timeout ",
     ": it belongs in \"upstreams.NAME.timeouts\""},
    {"route", " server servers backend backends proxy_pass target origin ",
     ": it belongs in \"upstreams\", whose name \"upstream\" takes"},
    {"route", " max_age max-age expires lifetime default_ttl ", ", did you mean \"ttl\"?"},
    {"route", " vary ", ", did you mean \"headers\"?"},
    {"route", " bypass no_cache skip enabled ", ", did you mean \"cache: off\"?"},
    {"route", " swr ", ", did you mean \"stale_while_revalidate\"?"},
    {"route", " if condition conditions predicate predicates matcher matchers ", ", did you mean \"when\"?"},
    {"", " port address bind host ", a_listener},
    {"", " ssl tls https cert key certificate ", a_secure_listener},
    {"", " url server servers backend backends origin origins proxy_pass target ",
     ": it belongs in an upstream, as upstreams: {NAME: {servers: \"http://HOST:PORT\"}}"},
    {"", " timeout timeouts ", ": it belongs in \"upstreams.NAME.timeouts\""},
    {"", " cache storage ", ", did you mean \"store\"?"},
    {"", " logging access_log ", ", did you mean \"log\"?"},
    {"", " path location ", ": it belongs in a route, as routes: [{match: /PATH}]"},
    {"log", " path output access_file access_log ", ", did you mean \"file\"?"},
    {"listen", " host port listen bind ", ": it is part of the address, as address: 0.0.0.0:8443"},
    {"admin", " address host port bind ", ": it is part of the address, as listen: 127.0.0.1:9090"},
    {"limits", " max_connections ", ", did you mean \"connections\"?"},
    {"limits", " max_body body client_max_body_size ", ", did you mean \"content: {size: 8MiB}\"?"},
};

/// Of one key.
constexpr std::string_view whole_route = "routes[]";
constexpr std::string_view whole_upstream = "upstreams.NAME";

using Sections = std::map<std::string, std::set<std::string>, std::less<>>;

/// The sections with a key of that name. Those within a route or an upstream are left out: a key is not
/// elsewhere than there by mistake.
Sections sections_by_key() {
  Sections sections;
  for (const KeyEntry& entry : all_keys()) {
    const std::size_t dot = entry.path.rfind('.');
    if (dot == entry.path.npos) continue;
    const std::string section = entry.path.substr(0, dot);
    if (section.find("NAME.") != section.npos || section.find("[].") != section.npos) continue;
    sections[entry.path.substr(dot + 1)].insert(section);
  }
  return sections;
}

/// Whether one of two sections holds the other, or the same one holds both.
bool are_related(std::string_view one, std::string_view other) {
  return one.substr(0, one.find('.')) == other.substr(0, other.find('.'));
}

/// The outermost of several, if it is one.
std::string outermost(const std::set<std::string>& sections) {
  const auto depth = [](const std::string& path) { return std::ranges::count(path, '.'); };
  if (sections.contains(std::string(whole_route))) return std::string(whole_route);
  if (sections.contains(std::string(whole_upstream))) return std::string(whole_upstream);
  const auto least = std::ranges::min_element(sections, {}, depth);
  return std::ranges::count(sections, depth(*least), depth) == 1 ? *least : std::string();
}

struct Form {
  std::string_view key;  ///< the last one, or all that messages call the section, in a route or not
  std::string_view form;
};

constexpr Form forms[] = {
    {"defaults.route", "{ttl: 1m}"},
    {"defaults.upstream", "{queue: 100}"},
    {"admin", "{listen: \"127.0.0.1:9090\"}"},
    {"store", "{memory: 256MiB}"},
    {"redis", "{url: \"redis://HOST:6379/0\"}"},
    {"wait", "{replicas: 1}"},
    {"timeouts", "{first_byte: 30s}"},
    {"purge_method", "{allow: [127.0.0.1]}"},
    {"log", "{level: info}"},
    {"limits", "{idle: 75s}"},
    {"head", "{size: 64KiB}"},
    {"content", "{size: 8MiB}"},
    {"credentials", "{add: [X-Tenant]}"},
    {"when", "{headers: {X-Version: \"2\"}}"},
    {"when.headers", "{X-Version: \"2\"}"},
    {"when.query", "{preview: \"*\"}"},
    {"when.cookies", "{beta: \"*\"}"},
    {"query", "{ignore: [\"utm_*\"]}"},
    {"vary", "{Origin: ignore}"},
    {"request", "{set: {X-Tenant: \"{host}\"}}"},
    {"response", "{remove: [Server]}"},
    {"set", "{X-A: b}"},
    {"add", "{X-A: b}"},
    {"listen.tls", "{cert: FILE, key: FILE}"},
    {"tls", "{ca: FILE}"},
    {"warm", "{site: \"http://shop.example\", urls: [/products]}"},
    {"defaults", "{route: {ttl: 1m}}"},
    {"sites", "{shop.example: [www.shop.example]}"},
    {"upstreams", "{NAME: {servers: \"http://HOST:PORT\"}}"},
    {"upstream", "{servers: \"http://HOST:PORT\"}"},
    {"route", "{match: /PATH, ttl: 1m}"},
};

}  // namespace

std::string called_here(std::string_view where, std::string_view key) {
  const std::string_view kind = kind_of(where);
  const std::string word = " " + std::string(key) + " ";
  for (const Foreign& foreign : foreign_keys) {
    if (foreign.section == kind && foreign.keys.find(word) != foreign.keys.npos)
      return std::string(foreign.hint);
  }
  return {};
}

std::string belongs_in(std::string_view where, std::string_view key) {
  // A file may hold as many unknown keys as fit.
  static const Sections sections = sections_by_key();
  const auto found = sections.find(key);
  if (found == sections.end()) return {};
  const std::string_view kind = kind_of(where);
  const std::string section = outermost(found->second);
  if (section.empty()) return {};
  if (section == whole_route) return kind == "route" ? "" : ": it belongs in a route";
  if (section == whole_upstream) return kind == "upstream" ? "" : ": it belongs in an upstream";
  const bool is_one = found->second.size() == 1 || kind.empty();
  const bool is_near = kind.empty() || kind == "route" || kind == "upstream" || are_related(kind, section);
  return is_one && is_near ? ": it belongs in " + quoted(section) : std::string();
}

std::string form_of(std::string_view where) {
  std::string_view key = kind_of(where);
  key.remove_prefix(std::min(key.find_last_of(". ") + 1, key.size()));
  const std::string_view in_route = where.substr(std::min(where.rfind(' ') + 1, where.size()));
  const auto found =
      std::ranges::find_if(forms, [&](const Form& one) { return one.key == in_route || one.key == key; });
  return found == std::end(forms) ? std::string() : ": as " + std::string(found->form);
}

}  // namespace larder::config
