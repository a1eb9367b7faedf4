#include "cluster.hpp"

#include <larder/redis/client.hpp>

namespace larder::redis {

std::unique_ptr<Redis> make_redis(boost::asio::io_context& loop, Settings settings, Log& log) {
  if (settings.topology == Settings::Topology::cluster) {
    return std::make_unique<Cluster>(loop, std::move(settings), log);
  }
  return std::make_unique<Client>(loop, std::move(settings), log);
}

}  // namespace larder::redis
