#pragma once

#include <larder/base/result.hpp>
#include <larder/cache/cache_handler.hpp>
#include <larder/config/config.hpp>
#include <larder/net/endpoint.hpp>
#include <larder/net/tls.hpp>
#include <larder/origin/origin.hpp>
#include <larder/redis/client.hpp>
#include <larder/server/server.hpp>
#include <larder/store/purge_table.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace larder {

/// The configuration, which knows no room except policy, as the settings of each room.
cache::Settings cache_settings(const config::Config& config);
std::vector<origin::Settings> origin_settings(const config::Config& config);
redis::Settings redis_settings(const config::Redis& config);
store::PurgeTable::Limits purge_limits(const config::Config& config);
server::Settings server_settings(const config::Limits& limits);
net::Endpoint admin_endpoint(const config::Admin& config);

/// Where to listen, and for what.
struct ListenAt {
  net::Endpoint endpoint;
  std::shared_ptr<const net::TlsContext> tls;  ///< nullptr: no TLS
  bool has_proxy_headers = false;              ///< connections begin with one of the PROXY protocol
};
std::vector<ListenAt> listen_at(const config::Config& config);

/// Every certificate, key and list of authorities that cannot be used: `listen :8443.tls.key: k.pem: why`.
/// If there is one, the functions above throw net::TlsFileError.
std::vector<std::string> tls_problems(const config::Config& config);

}  // namespace larder
