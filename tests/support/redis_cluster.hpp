#pragma once

#include "support/redis_server.hpp"

#include <list>
#include <string>
#include <string_view>
#include <vector>

namespace larder::test {

/// A real Redis Cluster on loopback: three masters and a replica for each, with a node timeout of a second.
/// The constructor returns once every slot is served and every replica follows. Throws if that does not
/// happen.
class RedisCluster {
 public:
  /// `arguments` are given to every redis-server.
  explicit RedisCluster(const std::vector<std::string>& arguments = {});

  /// `redis+cluster://` with two of the nodes, a replica among them.
  std::string url() const;

  std::list<RedisServer>& nodes() { return nodes_; }

  /// The master that serves the name's slot according to the others. Throws if there is none.
  RedisServer& master_of(const std::string& name);
  std::vector<RedisServer*> masters();  ///< the living ones
  RedisServer& other_master_than(const RedisServer& node);

  /// Whether every slot is served according to the living nodes.
  bool is_whole();

  /// Whether all nodes are alive, and each that is not a master follows one.
  bool is_complete();

  /// Makes a replica replace that name's live master, and waits for it.
  void fail_over(const std::string& name);

  static int slot_of(const RedisServer& node, const std::string& name);

  /// Moves a slot with all it holds. While `halfway` runs the move is half done, its names spread over the
  /// two.
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
