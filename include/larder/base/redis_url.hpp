#pragma once

#include <larder/base/result.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder {

/// What the scheme of a Redis URL says.
struct RedisScheme {
  enum class Topology {
    single,    ///< `redis://[user[:password]@]host[:port][/db]` or `unix:/path[?db=N]`
    sentinel,  ///< `redis+sentinel://[user[:password]@]host[:port][,...]/master[/db]`
    cluster,   ///< `redis+cluster://[user[:password]@]host[:port][,...]`
  };
  Topology topology = Topology::single;
  bool is_secure = false;  ///< `rediss` for `redis`
  bool is_unix = false;
};

/// Nothing for a scheme that is not one of Redis.
std::optional<RedisScheme> redis_scheme(std::string_view url);

/// A Redis URL taken apart.
struct RedisUrl {
  struct Host {
    std::string name;  ///< an IPv6 address without brackets
    std::string port;  ///< empty: the default one
  };
  RedisScheme scheme;
  std::vector<Host> hosts;  ///< one of a single server, none with a path
  std::string unix_path;
  std::string username;
  std::string password;
  std::string master;  ///< the name that sentinels know the master by
  unsigned database = 0;
};

/// Error::unsupported for other schemes, Error::malformed for the rest; if a port alone is wrong,
/// `wrong_port` is set to it.
Result<RedisUrl> parse_redis_url(std::string_view url, std::string* wrong_port = nullptr);

}  // namespace larder
