#pragma once

#include "kinds.hpp"

#include <larder/config/config.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace larder::config {

/// An address to listen at, as written: `127.0.0.1:8080`, `[::]:8080`, `:8080` or `8080`. Port 0 is any free
/// one.
std::optional<std::string> listen_address(const Value& value);

extern const Scalar<std::string> a_listen_address;

/// One text for every way to write the same listen address; empty for port 0, which is never the same.
std::string canonical_listen_address(std::string_view text);

/// Whether only this machine can reach it: `localhost`, 127.0.0.0/8 or ::1.
bool is_loopback_address(std::string_view text);

/// A server's URL taken apart. Only scheme, host and port: larder is transparent.
std::optional<Server> server_url(const Value& value);

/// `http://host:port` or `https://host:port`
std::string format_server(const Server& server);

/// A Redis URL as written: `redis://[user[:password]@]host[:port][/db]`, `unix:/path[?db=N]`,
/// `redis+sentinel://[user[:password]@]host[:port][,...]/master[/db]`,
/// `redis+cluster://[user[:password]@]host[:port][,...]`, and `rediss` for `redis`. Messages do not repeat
/// it: it may hold a password.
std::optional<std::string> redis_url(const Value& value);

/// Whether a Redis URL asks for TLS.
bool is_secure_redis(std::string_view url);

/// Whether a Redis URL names sentinels.
bool is_sentinel_redis(std::string_view url);

/// Whether a URL holds a password.
bool has_password(std::string_view url);

/// The URL with `***` for its password.
std::string masked_url(std::string_view url);

}  // namespace larder::config
