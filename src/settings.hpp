#pragma once

#include <larder/base/result.hpp>
#include <larder/cache/cache_handler.hpp>
#include <larder/config/config.hpp>
#include <larder/net/endpoint.hpp>
#include <larder/origin/origin.hpp>
#include <larder/redis/client.hpp>
#include <larder/store/purge_table.hpp>

#include <optional>
#include <string>
#include <vector>

namespace larder {

/// The configuration, which knows no room but policy, as each room wants its own part of it.
cache::Settings cache_settings(const config::Config& config);
std::vector<origin::Settings> origin_settings(const config::Config& config);
redis::Settings redis_settings(const config::Redis& config);
store::PurgeTable::Limits purge_limits(const config::Config& config);
std::vector<net::Endpoint> listen_endpoints(const config::Config& config);
net::Endpoint admin_endpoint(const config::Admin& config);

}  // namespace larder
