#pragma once

#include <larder/base/log.hpp>
#include <larder/base/task.hpp>
#include <larder/config/config.hpp>
#include <larder/redis/settings.hpp>
#include <larder/store/purge_log.hpp>

#include <string>
#include <vector>

namespace larder {

/// What the log begins with, in a few lines of bounded length: version, where the configuration came from,
/// upstreams, routes, memory. Without secrets.
std::vector<std::string> start_lines(const config::Config& config, const std::string& source);

/// Where Redis is, in a few words, without secrets.
std::string place_of(const redis::Settings& redis);

/// Says a moment after the start whether it is there, and if not, once it is. What changes later the outages'
/// own lines say. It ends soon after `goes_on` is false. All outlive it.
Task<> tell_state_of_redis(const store::PurgeLog& purge_log, std::string place, const bool& goes_on,
                           Log& log);

}  // namespace larder
