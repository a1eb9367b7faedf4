#include "url_hosts.hpp"

#include <larder/base/redis_url.hpp>
#include <larder/base/text.hpp>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <charconv>
#include <utility>

namespace larder {
namespace {

namespace urls = boost::urls;
using Topology = RedisScheme::Topology;

constexpr std::pair<std::string_view, RedisScheme> schemes[] = {
    {"redis", {Topology::single, false}},
    {"rediss", {Topology::single, true}},
    {"unix", {Topology::single, false, true}},
    {"redis+sentinel", {Topology::sentinel, false}},
    {"rediss+sentinel", {Topology::sentinel, true}},
    {"redis+cluster", {Topology::cluster, false}},
    {"rediss+cluster", {Topology::cluster, true}},
};

/// What sun_path holds, besides a NUL.
constexpr std::size_t longest_unix_path = 107;

std::string_view view(urls::string_view text) {
  return {text.data(), text.size()};
}

std::optional<unsigned> number(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool read_number(std::string_view text, unsigned& out) {
  const std::optional<unsigned> read = number(text);
  if (read) out = *read;
  return read.has_value();
}

bool is_port(std::string_view text) {
  const unsigned port = number(text).value_or(0);
  return text.empty() || (port >= 1 && port <= 65'535);
}

/// `/path`, with `?db=N` perhaps; no authority.
bool read_unix(const urls::url_view& url, RedisUrl& out) {
  out.unix_path = url.path();
  const bool is_path = out.unix_path.size() > 1 && out.unix_path.front() == '/';
  if (!is_path || out.unix_path.size() > longest_unix_path || !url.encoded_authority().empty()) return false;
  if (!url.has_query()) return true;
  const std::string_view query = view(url.encoded_query());
  return query.starts_with("db=") && read_number(query.substr(3), out.database);
}

/// `[/db]`
bool read_database(std::string_view path, RedisUrl& out) {
  return path.empty() || path == "/" || (path.front() == '/' && read_number(path.substr(1), out.database));
}

/// `/master[/db]`
bool read_master(const urls::url_view& url, RedisUrl& out) {
  const std::string_view encoded = view(url.encoded_path());
  // An encoded slash would be one of the path's own once it is decoded.
  if (encoded.find("%2F") != encoded.npos || encoded.find("%2f") != encoded.npos) return false;
  const std::string path = url.path();
  if (path.size() < 2 || path[0] != '/' || path[1] == '/') return false;
  const std::size_t slash = path.find('/', 1);
  out.master = path.substr(1, slash == path.npos ? slash : slash - 1);
  return slash == path.npos || read_number(std::string_view(path).substr(slash + 1), out.database);
}

bool read_path(const urls::url_view& url, RedisUrl& out) {
  const std::string_view path = view(url.encoded_path());
  switch (out.scheme.topology) {
    case Topology::single:
      return read_database(path, out);
    case Topology::sentinel:
      return read_master(url, out);
    case Topology::cluster:
      return path.empty() || path == "/";
  }
  return false;
}

/// A URL with one of possibly several hosts.
bool read_one(const urls::url_view& url, RedisUrl& out) {
  // A host that can be looked up: percent-encoding would name another one.
  const std::string_view host = view(url.encoded_host());
  if (host.empty() || host.find('%') != host.npos || url.has_query()) return false;
  out.username = url.user();
  out.password = url.password();
  out.hosts.push_back({url.host_address(), std::string(view(url.port()))});
  return read_path(url, out);
}

}  // namespace

std::optional<RedisScheme> redis_scheme(std::string_view url) {
  const std::string_view name = url.substr(0, url.find(':'));
  if (name.size() == url.size()) return std::nullopt;
  for (const auto& [known, scheme] : schemes) {
    if (equal_ignoring_case(name, known)) return scheme;
  }
  return std::nullopt;
}

Result<RedisUrl> parse_redis_url(std::string_view text, std::string* wrong_port) {
  const std::optional<RedisScheme> scheme = redis_scheme(text);
  if (!scheme) return text.find(':') == std::string_view::npos ? Error::malformed : Error::unsupported;
  RedisUrl all;
  all.scheme = *scheme;
  // A list of hosts is not an authority of RFC 3986: each is read by itself.
  for (const std::string& one : urls_of_hosts(text)) {
    const auto url = urls::parse_uri(one);
    if (!url || url->has_fragment()) return Error::malformed;
    if (!(scheme->is_unix ? read_unix(*url, all) : read_one(*url, all))) return Error::malformed;
    if (scheme->is_unix || is_port(all.hosts.back().port)) continue;
    if (wrong_port != nullptr) *wrong_port = all.hosts.back().port;
    return Error::malformed;
  }
  if (all.hosts.size() > 1 && scheme->topology == Topology::single) return Error::malformed;
  return all;
}

}  // namespace larder
