#pragma once

#include <larder/base/address_set.hpp>
#include <larder/base/clock.hpp>
#include <larder/policy/route.hpp>
#include <larder/policy/sites.hpp>
#include <larder/policy/trusted_proxies.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace larder::config {

/// `http://host[:port]` taken apart. `base_path` is empty: larder is transparent.
struct Server {
  std::string scheme;  ///< "http" or "https"
  std::string host;    ///< an IPv6 address without brackets
  std::string port;    ///< never empty
  bool operator==(const Server&) const = default;
};

/// How to be sure of a server, and how to show it who we are: PEM files, all of them optional.
struct Tls {
  std::string ca;           ///< the authorities to trust; empty: the system's
  std::string cert;         ///< our own, with its chain
  std::string key;          ///< of `cert`
  std::string server_name;  ///< what the certificate must be for; empty: the host of the URL
  bool verify = true;       ///< off: whoever answers is taken for the server
  bool operator==(const Tls&) const = default;
};

/// The certificate of a listener: PEM files.
struct ListenTls {
  std::string cert;  ///< with its chain
  std::string key;
  bool operator==(const ListenTls&) const = default;
};

/// Where to listen, and whether for TLS.
struct Listen {
  std::string address;  ///< as in the file
  std::optional<ListenTls> tls{};
  bool proxy_protocol = false;  ///< its connections begin with a header of the PROXY protocol
  bool operator==(const Listen&) const = default;
};

struct Timeouts {
  Milliseconds connect{2'000};
  Milliseconds first_byte{30'000};  ///< from the request's last byte to the response's head
  Milliseconds idle{60'000};        ///< between two bytes of content
  Milliseconds keepalive{60'000};   ///< of an unused connection
  Milliseconds tunnel{60'000};      ///< of a WebSocket on which nothing comes either way
  Milliseconds total{300'000};      ///< of a fetch for the cache, from its request on
  bool operator==(const Timeouts&) const = default;
};

struct Upstream {
  std::string name;
  std::vector<Server> servers;
  Timeouts timeouts;
  std::uint64_t max_fills = 1'024;    ///< fetches for the cache at once
  std::uint64_t queue = 1'024;        ///< of those that wait
  Milliseconds queue_timeout{2'000};  ///< of one of them
  policy::RequestRule request;        ///< for all that goes there
  Tls tls;                            ///< of its https servers
  bool operator==(const Upstream&) const = default;
};

/// What routes and upstreams say that do not say otherwise themselves.
struct Defaults {
  policy::Route route;
  Upstream upstream;
  bool operator==(const Defaults&) const = default;
};

struct Redis {
  std::string url;  ///< as in the file, ${VAR} replaced
  std::string username;
  std::string password;
  std::string password_file;  ///< read at each connect, in place of `password`; empty: none
  Tls tls;                    ///< with `rediss://`
  std::string key_prefix = "larder";
  Milliseconds timeout{50};
  bool origin_on_outage = false;  ///< `on_outage: origin`
  Milliseconds outage_ttl{5'000};
  unsigned wait_replicas = 0;  ///< `wait`: replicas that must have a purge before it is answered
  Milliseconds wait_timeout{50};
  unsigned max_used_memory = 90;  ///< percent of Redis's maxmemory
  std::string sentinel_username;  ///< `sentinel`: with `redis+sentinel://`, the sentinels' own user
  std::string sentinel_password;
  bool operator==(const Redis&) const = default;
};

struct Store {
  std::uint64_t memory = 256ull << 20;    ///< bytes; 0 turns the local tier off
  std::uint64_t max_object = 8ull << 20;  ///< bytes of content
  Milliseconds max_lifetime{24 * 3'600'000};
  std::uint64_t purge_log = 64ull << 20;  ///< bytes of the log of purges, about
  std::optional<Redis> redis;
  bool operator==(const Store&) const = default;
};

/// Who may purge by the method PURGE on the listeners of clients.
struct PurgeMethod {
  AddressSet allow;  ///< empty: no client
  bool operator==(const PurgeMethod&) const = default;
};

/// The admin API's own listener.
struct Admin {
  std::string listen = "127.0.0.1:9090";
  std::string token;  ///< that requests must bear; empty: none, on a loopback address only
  bool operator==(const Admin&) const = default;
};

struct Logging {
  enum class Access { off, on };
  enum class Format { json, common };
  std::string level = "info";  ///< trace, debug, info, warn, error, off
  Access access = Access::off;
  Format format = Format::json;
  std::string file;  ///< of the access log; empty: stdout
  bool operator==(const Logging&) const = default;
};

/// Bounds on the connections of clients.
struct Limits {
  struct Head {
    std::uint64_t size = 64ull << 10;  ///< bytes of the start line and all field lines
    std::uint64_t fields = 200;
    Milliseconds time{10'000};  ///< from its first byte; also for the first byte of a new connection
    bool operator==(const Head&) const = default;
  };
  struct Content {
    std::uint64_t size = 0;       ///< bytes of a request's; 0: no limit
    std::uint64_t slowest = 500;  ///< bytes a second on the average, either way; 0: no limit
    bool operator==(const Content&) const = default;
  };
  std::uint64_t connections = 0;              ///< all together; 0: as many as descriptors allow (`auto`)
  std::uint64_t connections_per_address = 0;  ///< of one IPv4 address or IPv6 /64; 0: no limit
  Head head;
  Content content;
  Milliseconds idle{75'000};   ///< between two requests, and for pauses amid content
  std::uint64_t buffered = 0;  ///< bytes of contents held for clients beside `store.memory`; 0: `auto`
  bool operator==(const Limits&) const = default;
};

/// What the configuration changes about the documented list of request fields that identify the client
/// (policy/credentials.hpp): names, or globs of names.
struct Credentials {
  std::vector<std::string> add;
  std::vector<std::string> remove;
  bool operator==(const Credentials&) const = default;
};

/// The whole configuration, defaults filled in: plain values.
struct Config {
  std::vector<Listen> listen{{"0.0.0.0:8080"}};
  std::optional<Admin> admin;  ///< nothing: no such listener
  Limits limits;
  unsigned threads = 0;  ///< 0: one a core (`auto`)
  std::vector<policy::SiteRule> sites;
  policy::TrustedProxies trusted_proxies;
  PurgeMethod purge_method;
  Store store;
  Defaults defaults;  ///< in upstreams and routes already
  std::vector<Upstream> upstreams;
  Credentials credentials;
  std::vector<std::string> tag_fields = policy::TagFields::documented_names();
  std::vector<policy::Route> routes;
  Milliseconds shutdown_grace{10'000};
  Logging log;
  bool operator==(const Config&) const = default;
};

/// Bytes of contents that may be in memory: `store.memory`, and `limits.buffered`, of which `auto` is a
/// quarter of the former, 64 MiB at least.
std::uint64_t buffered_limit(const Config& config);

}  // namespace larder::config
