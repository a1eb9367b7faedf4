#include <larder/base/text.hpp>
#include <larder/redis/client.hpp>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <array>
#include <charconv>

namespace larder::redis {

namespace {

using boost::urls::url_view;

constexpr std::string_view default_port = "6379";

constexpr std::array<std::string_view, 2> not_served_yet{"redis+sentinel", "redis+cluster"};

Result<unsigned> parse_database(std::string_view text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return Error::malformed;
  return number;
}

/// redis://[user[:password]@]host[:port][/db]
Result<Settings> parse_tcp(const url_view& url) {
  if (!url.has_authority() || url.host().empty() || url.has_query()) return Error::malformed;
  if (!url.port().empty() && url.port_number() == 0) return Error::malformed;
  Settings settings;
  settings.username = url.user();
  settings.password = url.password();
  settings.endpoint.host = url.host_address();
  settings.endpoint.port = url.port().empty() ? default_port : std::string_view(url.port());
  const std::string path = url.path();
  if (path.empty() || path == "/") return settings;
  const Result<unsigned> database = parse_database(std::string_view(path).substr(1));
  if (!database) return database.error();
  settings.database = *database;
  return settings;
}

/// rediss://, the rest as of redis://
Result<Settings> parse_tls(const url_view& url) {
  Result<Settings> settings = parse_tcp(url);
  if (settings) settings->tls = net::TlsPeer{nullptr, settings->endpoint.host};
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

}  // namespace

Result<Settings> parse_url(std::string_view text) {
  // redis+sentinel's list of hosts is no RFC 3986 authority, so its scheme is looked at before the parser is
  // asked.
  const std::string_view scheme = text.substr(0, text.find(':'));
  for (const std::string_view other : not_served_yet) {
    if (equal_ignoring_case(scheme, other)) return Error::unsupported;
  }
  const auto url = boost::urls::parse_uri(text);
  if (!url || url->has_fragment()) return Error::malformed;
  if (equal_ignoring_case(scheme, "redis")) return parse_tcp(*url);
  if (equal_ignoring_case(scheme, "rediss")) return parse_tls(*url);
  if (equal_ignoring_case(scheme, "unix")) return parse_unix(*url);
  return Error::unsupported;
}

}  // namespace larder::redis
