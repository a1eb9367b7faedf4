#include "address.hpp"

#include <larder/base/text.hpp>
#include <larder/base/url_hosts.hpp>

#include <boost/url/authority_view.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace larder::config {
namespace {

namespace urls = boost::urls;

constexpr std::string_view listen_example = "an address such as \"0.0.0.0:8080\"";
constexpr std::string_view a_server_url = "a URL such as \"http://127.0.0.1:3000\"";
constexpr std::string_view a_redis_url =
    "a URL such as \"redis://127.0.0.1:6379/0\" or \"unix:/run/redis.sock\"";
constexpr std::string_view a_sentinel_url = "a URL such as \"redis+sentinel://10.0.0.1,10.0.0.2/mymaster\"";
constexpr std::string_view a_cluster_url = "a URL such as \"redis+cluster://10.0.0.1,10.0.0.2\"";

std::optional<unsigned> number(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string_view view(urls::string_view text) {
  return {text.data(), text.size()};
}

bool is_scheme(const urls::url_view& url, std::string_view name) {
  return equal_ignoring_case(view(url.scheme()), name);
}

/// `8080` and `:8080` are every address.
std::string as_authority(std::string_view text) {
  return number(text) ? ":" + std::string(text) : std::string(text);
}

/// A host that can be looked up: percent-encoding would name another one.
bool is_plain_host(urls::string_view encoded) {
  return view(encoded).find('%') == std::string_view::npos;
}

bool check_port(const Value& value, std::string_view port, unsigned lowest) {
  const std::optional<unsigned> parsed = number(port);
  if (parsed && *parsed >= lowest && *parsed <= 65'535) return true;
  value.error("port " + quoted(port) + " is not from " + std::to_string(lowest) + " to 65535");
  return false;
}

std::string scheme_of(std::string_view url) {
  const std::size_t end = url.find("://");
  if (end == std::string_view::npos) return {};
  std::string scheme(url.substr(0, end + 3));
  std::ranges::transform(scheme, scheme.begin(), to_lower);
  return scheme;
}

/// Boost.URL 1.81 takes what is wrong with a port for a path: `http://h:3000x`.
bool has_broken_port(const urls::url_view& url) {
  const std::string_view path = view(url.encoded_path());
  return !path.empty() && path.front() != '/';
}

/// Reports what a server's URL may not have; `text` is the URL without its user.
bool check_server(const Value& value, const urls::url_view& url, std::string_view text) {
  if (!is_scheme(url, "http") && !is_scheme(url, "https")) {
    value.mismatch(a_server_url, text);
  } else if (url.has_userinfo()) {
    value.error("a server's URL may not have a user or password");
  } else if (url.encoded_host().empty() || !is_plain_host(url.encoded_host()) || has_broken_port(url)) {
    value.mismatch(a_server_url, text);
  } else if (url.has_query() || url.has_fragment() ||
             (!url.encoded_path().empty() && url.encoded_path() != "/")) {
    value.error("a server's URL may not have a path or query: requests keep their own, found " +
                quoted(text));
  } else {
    return url.port().empty() || check_port(value, view(url.port()), 1);
  }
  return false;
}

/// sun_path holds so much, and a NUL.
constexpr std::size_t longest_unix_path = 107;

/// `unix:/path` or `unix:///path`, with `?db=N` perhaps.
bool is_unix_url(const urls::url_view& url) {
  if (!is_scheme(url, "unix") || !url.encoded_authority().empty()) return false;
  const std::string_view path = view(url.encoded_path());
  if (path.size() < 2 || path.front() != '/' || url.has_fragment()) return false;
  if (url.path().size() > longest_unix_path) return false;
  if (!url.has_query()) return true;
  const std::string_view query = view(url.encoded_query());
  return query.starts_with("db=") && number(query.substr(3)).has_value();
}

bool is_database(std::string_view path) {
  return path.empty() || path == "/" || (path.front() == '/' && number(path.substr(1)).has_value());
}

/// `/master[/db]`
bool is_master_and_database(std::string_view path) {
  if (path.size() < 2 || path[0] != '/' || path[1] == '/') return false;
  // An encoded slash would be one of the path's own once it is decoded.
  if (path.find("%2F") != path.npos || path.find("%2f") != path.npos) return false;
  const std::size_t slash = path.find('/', 1);
  return slash == std::string_view::npos || number(path.substr(slash + 1)).has_value();
}

bool is_root(std::string_view path) {
  return path.empty() || path == "/";
}

/// What the path of a Redis URL of that kind may be, and an example of one.
struct RedisUrl {
  std::string_view scheme;  ///< and the same with TLS
  bool has_list;            ///< of hosts
  bool (*is_path)(std::string_view path);
  std::string_view example;
};

constexpr RedisUrl redis_urls[] = {{"redis", false, is_database, a_redis_url},
                                   {"redis+sentinel", true, is_master_and_database, a_sentinel_url},
                                   {"redis+cluster", true, is_root, a_cluster_url}};

/// `rediss://`, `rediss+cluster://` and the like.
bool is_secure_scheme(std::string_view scheme) {
  return scheme.starts_with("rediss");
}

/// Which kind a URL is of, by its scheme in lower case with `://`; the first, where it is of none.
const RedisUrl& redis_url_kind(std::string scheme) {
  if (is_secure_scheme(scheme)) scheme.erase(5, 1);
  for (const RedisUrl& kind : redis_urls) {
    if (scheme == std::string(kind.scheme) + "://") return kind;
  }
  return redis_urls[0];
}

/// A Redis URL with one host of perhaps several.
bool is_redis_url(const urls::url_view& url, const RedisUrl& kind) {
  std::string scheme(kind.scheme);
  const bool is_known = is_scheme(url, scheme) || is_scheme(url, scheme.insert(5, "s"));
  if (!is_known || url.encoded_host().empty() || !is_plain_host(url.encoded_host())) return false;
  if (url.has_query() || url.has_fragment()) return false;
  return kind.is_path(view(url.encoded_path()));
}

/// A URL as messages may show it, broken ones too: whatever could be a user or password is left out.
std::string without_user(std::string_view url) {
  const std::size_t at = url.rfind('@');
  if (at == std::string_view::npos) return std::string(url);
  return scheme_of(url) + "***" + std::string(url.substr(at));
}

/// Where the password of a URL begins and ends.
std::optional<std::pair<std::size_t, std::size_t>> password_in(std::string_view url) {
  const std::size_t begin = url.find("://");
  if (begin == std::string_view::npos) return std::nullopt;
  const std::string_view authority = url.substr(0, url.find_first_of("/?#", begin + 3));
  const std::size_t at = authority.rfind('@');
  const std::size_t colon = authority.find(':', begin + 3);
  if (at == std::string_view::npos || colon >= at || colon + 1 == at) return std::nullopt;
  return std::pair(colon + 1, at);
}

json::object listen_schema() {
  return either_schema({{"type", "integer"}, {"minimum", 0}, {"maximum", 65'535}},
                       pattern_schema("^([^@/]*:)?[0-9]+$"));
}

}  // namespace

const Scalar<std::string> a_listen_address{listen_address, same_text, listen_schema};

std::optional<std::string> listen_address(const Value& value) {
  std::optional<std::string> text = value.text(listen_example);
  if (!text) return std::nullopt;
  if (text->starts_with("unix:")) {
    value.error("\"unix:\" is not served by this version of larder");
    return std::nullopt;
  }
  const std::string authority_text = as_authority(*text);
  const auto authority = urls::parse_authority(authority_text);
  if (!authority || authority->has_userinfo() || !authority->has_port() ||
      !is_plain_host(authority->encoded_host())) {
    value.mismatch(listen_example, *text);
    return std::nullopt;
  }
  if (!check_port(value, view(authority->port()), 0)) return std::nullopt;
  return text;
}

std::string canonical_listen_address(std::string_view text) {
  const std::string authority_text = as_authority(text);
  const auto authority = urls::parse_authority(authority_text);
  if (!authority || authority->port_number() == 0) return {};
  const std::string host = view(authority->encoded_host()).empty() ? "0.0.0.0" : authority->host();
  return host + ":" + std::to_string(authority->port_number());
}

bool is_loopback_address(std::string_view text) {
  const std::string authority_text = as_authority(text);
  const auto authority = urls::parse_authority(authority_text);
  if (!authority) return false;
  switch (authority->host_type()) {
    case urls::host_type::ipv4:
      return authority->host_ipv4_address().is_loopback();
    case urls::host_type::ipv6:
      return authority->host_ipv6_address().is_loopback();
    default:
      return equal_ignoring_case(authority->host(), "localhost");
  }
}

std::optional<Server> server_url(const Value& value) {
  const std::optional<std::string> text = value.text(a_server_url);
  if (!text) return std::nullopt;
  const auto url = urls::parse_uri(*text);
  if (!url) {
    value.mismatch(a_server_url, without_user(*text));
    return std::nullopt;
  }
  if (!check_server(value, *url, without_user(*text))) return std::nullopt;
  Server server;
  server.scheme = is_scheme(*url, "https") ? "https" : "http";
  server.host = url->host_address();
  server.port = std::string(view(url->port()));
  if (server.port.empty()) server.port = server.scheme == "https" ? "443" : "80";
  return server;
}

std::string format_server(const Server& server) {
  const bool is_ipv6 = server.host.find(':') != std::string::npos;
  return server.scheme + "://" + (is_ipv6 ? "[" + server.host + "]" : server.host) + ":" + server.port;
}

std::optional<std::string> redis_url(const Value& value) {
  std::optional<std::string> text = value.text(a_redis_url);
  if (!text) return std::nullopt;
  const auto whole = urls::parse_uri(*text);
  if (whole && is_unix_url(*whole)) return text;
  const RedisUrl& kind = redis_url_kind(scheme_of(*text));
  // A list of hosts is no authority of RFC 3986: each is looked at by itself.
  const std::vector<std::string> hosts = urls_of_hosts(*text);
  for (const std::string& host : hosts) {
    const auto url = urls::parse_uri(host);
    if (!url || !is_redis_url(*url, kind) || (hosts.size() > 1 && !kind.has_list)) {
      value.error("expected " + std::string(kind.example));
      return std::nullopt;
    }
    if (!url->port().empty() && !check_port(value, view(url->port()), 1)) return std::nullopt;
  }
  return text;
}

bool is_secure_redis(std::string_view url) {
  return is_secure_scheme(scheme_of(url));
}

bool is_sentinel_redis(std::string_view url) {
  return &redis_url_kind(scheme_of(url)) == &redis_urls[1];
}

bool has_password(std::string_view url) {
  return password_in(url).has_value();
}

std::string masked_url(std::string_view url) {
  const auto place = password_in(url);
  if (!place) return std::string(url);
  return std::string(url.substr(0, place->first)) + "***" + std::string(url.substr(place->second));
}

}  // namespace larder::config
