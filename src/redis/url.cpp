#include <larder/base/text.hpp>
#include <larder/base/url_hosts.hpp>
#include <larder/redis/settings.hpp>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <charconv>

namespace larder::redis {

namespace {

using boost::urls::url_view;

constexpr std::string_view default_port = "6379";
constexpr std::string_view default_sentinel_port = "26379";

Result<unsigned> parse_database(std::string_view text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return Error::malformed;
  return number;
}

/// What all URLs with hosts have: [user[:password]@]host[:port]
Result<Settings> parse_authority(const url_view& url, std::string_view port) {
  if (!url.has_authority() || url.host().empty() || url.has_query()) return Error::malformed;
  if (!url.port().empty() && url.port_number() == 0) return Error::malformed;
  Settings settings;
  settings.username = url.user();
  settings.password = url.password();
  settings.endpoint.host = url.host_address();
  settings.endpoint.port = url.port().empty() ? port : std::string_view(url.port());
  return settings;
}

/// redis://[user[:password]@]host[:port][/db]
Result<Settings> parse_tcp(const url_view& url) {
  Result<Settings> settings = parse_authority(url, default_port);
  const std::string path = url.path();
  if (!settings || path.empty() || path == "/") return settings;
  const Result<unsigned> database = parse_database(std::string_view(path).substr(1));
  if (!database) return database.error();
  settings->database = *database;
  return settings;
}

/// One sentinel of redis+sentinel://.../master[/db]
Result<Settings> parse_sentinel(const url_view& url) {
  Result<Settings> settings = parse_authority(url, default_sentinel_port);
  if (!settings) return settings;
  settings->topology = Settings::Topology::sentinel;
  std::string_view path;
  const std::string whole = url.path();
  if (whole.starts_with('/')) path = std::string_view(whole).substr(1);
  const std::size_t slash = std::min(path.find('/'), path.size());
  settings->master = path.substr(0, slash);
  if (settings->master.empty()) return Error::malformed;
  if (slash == path.size()) return settings;
  const Result<unsigned> database = parse_database(path.substr(slash + 1));
  if (!database) return database.error();
  settings->database = *database;
  return settings;
}

/// One node of redis+cluster://..., which has one database only
Result<Settings> parse_cluster(const url_view& url) {
  Result<Settings> settings = parse_authority(url, default_port);
  if (!settings) return settings;
  settings->topology = Settings::Topology::cluster;
  if (!url.path().empty() && url.path() != "/") return Error::malformed;
  return settings;
}

/// unix:/path[?db=N]
Result<Settings> parse_unix(const url_view& url) {
  if (!url.host().empty() || !url.path().starts_with('/') || url.path() == "/") return Error::malformed;
  Settings settings;
  settings.endpoint.unix_path = url.path();
  for (const auto& parameter : url.params()) {
    if (parameter.key != "db") return Error::malformed;
    const Result<unsigned> database = parse_database(parameter.value);
    if (!database) return database.error();
    settings.database = *database;
  }
  return settings;
}

/// The parser for `redis+sentinel` and the like, and whether the scheme says TLS.
struct Scheme {
  std::string_view name;
  bool is_secure;
  Result<Settings> (*parse)(const url_view& url);
};

constexpr Scheme schemes[] = {
    {"redis", false, parse_tcp},
    {"rediss", true, parse_tcp},
    {"unix", false, parse_unix},
    {"redis+sentinel", false, parse_sentinel},
    {"rediss+sentinel", true, parse_sentinel},
    {"redis+cluster", false, parse_cluster},
    {"rediss+cluster", true, parse_cluster},
};

const Scheme* scheme_of(std::string_view url) {
  const std::string_view name = url.substr(0, url.find(':'));
  for (const Scheme& scheme : schemes) {
    if (equal_ignoring_case(name, scheme.name)) return &scheme;
  }
  return nullptr;
}

}  // namespace

Result<Settings> parse_url(std::string_view text) {
  const Scheme* const scheme = scheme_of(text);
  if (scheme == nullptr)
    return text.find(':') == std::string_view::npos ? Error::malformed : Error::unsupported;
  // A list of hosts is no RFC 3986 authority: each is read by itself.
  Result<Settings> all = Error::malformed;
  std::vector<net::Endpoint> endpoints;
  for (const std::string& one : urls_of_hosts(text)) {
    const auto url = boost::urls::parse_uri(one);
    if (!url || url->has_fragment()) return Error::malformed;
    all = scheme->parse(*url);
    if (!all) return all;
    endpoints.push_back(all->endpoint);
  }
  const bool is_single = all->topology == Settings::Topology::single;
  if (is_single && endpoints.size() != 1) return Error::malformed;
  if (scheme->is_secure) all->tls = net::TlsPeer{nullptr, is_single ? all->endpoint.host : ""};
  if (!is_single) {
    all->endpoints = std::move(endpoints);
    all->endpoint = {};
  }
  return all;
}

const net::TlsPeer* Settings::tls_for(const net::Endpoint& to, net::TlsPeer& peer) const {
  if (!tls) return nullptr;
  peer = *tls;
  if (peer.server_name.empty()) peer.server_name = to.host;
  return &peer;
}

}  // namespace larder::redis
