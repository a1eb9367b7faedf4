#pragma once

#include <larder/redis/redis.hpp>

namespace larder::redis {

/// A Redis Cluster: a client for each master, and the map of slots, kept up in the background.
///
///   a node answers | then
///   MOVED          | the map is corrected, and the command goes there; the whole map is asked for
///   ASK            | the command goes there once, after an ASKING
///   TRYAGAIN       | the command is sent again after a moment
///   CLUSTERDOWN    | the answer is that error; the whole map is asked for
///   nothing        | the answer is the client's error; the whole map is asked for, of another node
///
/// A command is redirected a few times at most, and within its deadline. A slot whose master cannot be
/// reached is unavailable until the cluster has another one.
class Cluster final : public Redis {
 public:
  Cluster(boost::asio::io_context& loop, Settings settings, Log& log);
  ~Cluster() override;
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  void start() override;
  void stop() override;
  bool is_up() const override;
  Link link(std::string_view name) const override;
  Task<Result<Value>> execute(Command command, Milliseconds timeout = Milliseconds{0}) override;
  std::vector<NodeReport> nodes() const override;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace larder::redis
