#pragma once

#include "slot.hpp"

#include <larder/base/result.hpp>
#include <larder/net/endpoint.hpp>
#include <larder/redis/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::redis {

/// A master of a cluster.
struct ClusterNode {
  std::string id;  ///< the cluster's own name for it; empty if only its address is known
  net::Endpoint endpoint;
  bool operator==(const ClusterNode&) const = default;
};

/// Which master serves which slot.
class SlotMap {
 public:
  /// Reads the reply to CLUSTER SLOTS. `asked` is the node that answered: one without an address of its own
  /// is there. Error::malformed; Error::unavailable if it knows no slots.
  static Result<SlotMap> read(const Value& reply, const net::Endpoint& asked);

  /// Nothing if no node serves the slot.
  const ClusterNode* node_of(std::uint16_t slot) const;

  /// A node said that the slot is at `endpoint` now.
  void move(std::uint16_t slot, const net::Endpoint& endpoint);

  const std::vector<ClusterNode>& nodes() const { return nodes_; }
  bool operator==(const SlotMap&) const = default;

 private:
  static constexpr std::uint16_t nobody = 0xFFFF;

  std::uint16_t index_of(const ClusterNode& node);

  std::vector<ClusterNode> nodes_;
  std::vector<std::uint16_t> owners_ =
      std::vector<std::uint16_t>(slot_count, nobody);  ///< by slot, of nodes_
};

/// What a node answers about a slot that is not, or no longer, or not yet whole with it.
struct Redirection {
  enum class Kind {
    moved,     ///< the slot is there from now on
    ask,       ///< this one name is there
    try_again  ///< soon
  } kind = Kind::moved;
  std::uint16_t slot = 0;
  net::Endpoint endpoint;  ///< nothing in it for try_again
};

/// Reads an error reply `MOVED 3999 127.0.0.1:6381`, `ASK ...` or `TRYAGAIN`; nothing for any other. `asked`
/// is the node that answered: if the address has no host, the host is that one's.
std::optional<Redirection> read_redirection(const Value& reply, const net::Endpoint& asked);

}  // namespace larder::redis
