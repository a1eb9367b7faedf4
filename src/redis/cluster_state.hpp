#pragma once

#include "cluster.hpp"
#include "slot_map.hpp"

#include <larder/redis/client.hpp>

#include <boost/asio/steady_timer.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace larder::redis {

/// Kept alive by its coroutines until they have ended.
class Cluster::State final : public std::enable_shared_from_this<State> {
 public:
  State(boost::asio::io_context& loop, Settings settings, Log& log);

  void start();
  void stop();
  bool is_up() const;
  Link link(std::string_view name) const;
  std::vector<NodeReport> nodes() const;

  static Task<Result<Value>> execute(std::shared_ptr<State> self, Command command, Milliseconds timeout);

 private:
  struct Node {
    std::shared_ptr<Client> client;
    net::Endpoint endpoint;
    bool is_used = true;  ///< since the map was read last
  };

  static Task<> keep_map(std::shared_ptr<State> self);
  Task<bool> read_map();
  void take(SlotMap map);
  void forget_unused();
  void let_go(const Node& node);
  void want_map();
  void moved(const Redirection& redirection);
  std::shared_ptr<Client> client_at(const net::Endpoint& endpoint);
  std::optional<net::Endpoint> address_for(const Command& command) const;

  boost::asio::io_context& loop_;
  Settings settings_;
  Log& log_;
  SlotMap map_;
  std::map<std::string, Node> nodes_;  ///< by Endpoint::text()
  std::size_t next_ = 0;               ///< which node is asked for the map
  boost::asio::steady_timer look_timer_;
  std::uint64_t moves_ = 0;  ///< corrections of the map so far
  bool is_map_wanted_ = false;
  bool stopped_ = false;
};

}  // namespace larder::redis
