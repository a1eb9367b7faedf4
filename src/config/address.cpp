#include "address.hpp"

#include <larder/base/redis_url.hpp>
#include <larder/base/text.hpp>

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

/// A host that can be looked up: percent-encoding would name another one, a pattern none.
bool is_plain_host(urls::string_view encoded) {
  return view(encoded).find_first_of("%*") == std::string_view::npos;
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

/// `http://a - http://b`: YAML folds a list whose items are not indented alike.
std::string folded_items(std::string_view text) {
  if (text.find(" - ") == text.npos) return {};
  return ": is the \"-\" of the next line indented as this one is?";
}

/// `, did you mean "http://h:3000"?` of a host and port alone.
std::string server_meant(std::string_view text) {
  if (text.find("://") != text.npos || text.find_first_of(" @/") != text.npos) return folded_items(text);
  const std::string meant = "http://" + std::string(text);  // which the parsed URL refers to
  const auto url = urls::parse_uri(meant);
  const bool is_host = url && !url->encoded_host().empty() && is_plain_host(url->encoded_host());
  return is_host ? ", did you mean " + quoted(meant) + "?" : "";
}

/// Reports what a server's URL may not have; `text` is the URL without its user.
bool check_server(const Value& value, const urls::url_view& url, std::string_view text) {
  if (!is_scheme(url, "http") && !is_scheme(url, "https")) {
    value.mismatch(a_server_url, text, server_meant(text));
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

std::string_view redis_example(const std::optional<RedisScheme>& scheme) {
  if (!scheme) return a_redis_url;
  switch (scheme->topology) {
    case RedisScheme::Topology::single:
      return a_redis_url;
    case RedisScheme::Topology::sentinel:
      return a_sentinel_url;
    case RedisScheme::Topology::cluster:
      return a_cluster_url;
  }
  return a_redis_url;
}

/// A URL as messages may show it, broken ones too: whatever could be a user or password is left out.
std::string without_user(std::string_view url) {
  const std::size_t at = url.rfind('@');
  if (at == std::string_view::npos) return std::string(url);
  return scheme_of(url) + "***" + std::string(url.substr(at));
}

/// Whether what stands before the last @ of a URL cannot be a user and password as they must be written
/// (RFC 3986, section 3.2.1).
bool has_raw_user(std::string_view url) {
  const std::size_t begin = url.find("://");
  const std::size_t at = url.rfind('@');
  if (begin == std::string_view::npos || at == std::string_view::npos || at < begin) return false;
  const RedisScheme scheme = redis_scheme(url).value_or(RedisScheme{});
  if (scheme.is_unix || !redis_scheme(url)) return false;
  const std::string user = "redis://" + std::string(url.substr(begin + 3, at - begin - 3)) + "@h";
  const auto parsed = urls::parse_uri(user);
  return !parsed || !parsed->has_userinfo() || view(parsed->encoded_host()) != "h";
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

/// `, did you mean "0.0.0.0:8080"?` of an address without its port, or a URL.
std::string listen_address_meant(std::string_view text) {
  std::string plain(text);
  if (text.starts_with("*:")) plain = text.substr(1);
  if (const std::size_t end = text.find("://"); end != text.npos) plain = text.substr(end + 3);
  while (plain.ends_with('/')) plain.pop_back();
  const auto authority = urls::parse_authority(plain);
  if (!authority || authority->has_userinfo() || !is_plain_host(authority->encoded_host())) return {};
  if (authority->has_port() && !authority->port_number()) return {};
  if (!authority->has_port()) plain += plain == text ? ":8080" : ":80";
  return (plain == std::string(text) + ":8080" ? ": the port is missing" : "") +
         (", did you mean " + quoted(plain) + "?");
}

/// Which part of a Redis URL is wrong; empty if only its form as a whole is. No user or password is repeated.
std::string fault_in_redis_url(std::string_view url) {
  const std::optional<RedisScheme> scheme = redis_scheme(url);
  const std::size_t begin = url.find("://");
  if (!scheme && begin == url.npos) return ": it begins with redis://, rediss:// or unix:";
  if (!scheme) return ": " + quoted(scheme_of(url)) + " is not one of Redis";
  if (scheme->is_unix || begin == url.npos) return {};
  std::string_view rest = url.substr(begin + 3);
  const std::size_t at = rest.rfind('@');
  if (at != rest.npos) rest.remove_prefix(at + 1);
  if (const std::size_t query = rest.find_first_of("?#"); query != rest.npos) {
    return ": nothing may follow " + quoted(rest.substr(0, query)) + ", neither query nor fragment";
  }
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view path = rest.substr(std::min(slash + 1, rest.size()));
  if (slash == 0) return ": the host is missing";
  const bool is_single = scheme->topology == RedisScheme::Topology::single;
  if (is_single && rest.substr(0, slash).find(',') != rest.npos)
    return ": several hosts are those of redis+sentinel:// or redis+cluster://";
  if (is_single && !path.empty() && !number(path))
    return ": " + quoted(path) + " is not the number of a database, as 0 in redis://HOST:6379/0";
  if (scheme->topology == RedisScheme::Topology::sentinel && path.empty())
    return ": the name of the master is missing";
  if (scheme->topology == RedisScheme::Topology::cluster && !path.empty())
    return ": a cluster has no databases, and no path";
  return {};
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
    value.mismatch(listen_example, *text, listen_address_meant(*text));
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
    value.mismatch(a_server_url, without_user(*text), server_meant(*text));
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
  std::string wrong_port;
  const bool is_raw = has_raw_user(*text);
  if (!is_raw && parse_redis_url(*text, &wrong_port)) return text;
  if (is_raw) {
    value.error(
        "a user or password in a URL is percent-encoded: %40 for @, %2F for /, %3A for :, %3F for ?, %23 for "
        "#, "
        "%25 for %; or it stands in \"username\", \"password\" or \"password_file\" as it is");
  } else if (!wrong_port.empty()) {
    check_port(value, wrong_port, 1);
  } else {
    value.error("expected " + std::string(redis_example(redis_scheme(*text))) + fault_in_redis_url(*text));
  }
  return std::nullopt;
}

bool is_secure_redis(std::string_view url) {
  return redis_scheme(url).value_or(RedisScheme{}).is_secure;
}

bool is_sentinel_redis(std::string_view url) {
  return redis_scheme(url).value_or(RedisScheme{}).topology == RedisScheme::Topology::sentinel;
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
