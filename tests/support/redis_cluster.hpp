#pragma once

#include "support/redis_server.hpp"

#include <list>
#include <string>
#include <string_view>
#include <vector>

namespace larder::test {

/// A real Redis Cluster on loopback: three masters and a replica for each, with a node timeout of a second.
/// The constructor returns once every slot is served and every replica follows. Throws where that does not
/// come.
class RedisCluster {
 public:
  /// `arguments` are every redis-server's own.
  explicit RedisCluster(const std::vector<std::string>& arguments = {});

  /// `redis+cluster://` with two of the nodes, a replica among them.
  std::string url() const;

  std::list<RedisServer>& nodes() { return nodes_; }

  /// The master that the others say serves the name's slot. Throws where there is none.
  RedisServer& master_of(const std::string& name);
  std::vector<RedisServer*> masters();  ///< the living ones
  RedisServer& other_master_than(const RedisServer& node);

  /// Whether every slot is served, by what the living nodes say.
  bool is_whole();

  /// Whether all nodes live, and each that is no master follows one.
  bool is_complete();

  /// Has a replica take the place of the master of that name, while that lives, and waits for it.
  void fail_over(const std::string& name);

  static int slot_of(const RedisServer& node, const std::string& name);

  /// Moves a slot with all it holds. It is half-way, its names between the two, while `halfway` runs.
  template <class Halfway>
  void move_slot(int slot, RedisServer& from, RedisServer& to, Halfway halfway) {
    begin_move(slot, from, to);
    halfway();
    finish_move(slot, from, to);
  }

 private:
  void begin_move(int slot, RedisServer& from, RedisServer& to);
  void finish_move(int slot, RedisServer& from, RedisServer& to);
  void join(const std::vector<RedisServer*>& all);
  void replicate(const std::vector<RedisServer*>& all);

  std::list<RedisServer> nodes_;
};

}  // namespace larder::test
