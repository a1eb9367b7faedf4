#pragma once

#include "waiting_list.hpp"

#include <larder/base/task.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace larder::server {

/// One client connection, from accept to close, whatever protocol it speaks. Who has to go at the bound of
/// connections is in waiting_list.hpp. It belongs to the loop of its SessionContext, which outlives it.
class Session : public std::enable_shared_from_this<Session>, public Waiting {
 public:
  virtual ~Session() = default;

  /// Serves requests until the connection ends.
  virtual Task<> run() = 0;

  /// Ends it if its client has asked for nothing; else its client learns that no further request is served.
  virtual void drain() = 0;

  /// Ends it, whatever it is doing; a request that is not answered yet gets a 503 if that takes no waiting.
  /// Returns whether there was one under way.
  virtual bool close() = 0;

  /// Ends it while it waits for its client, so that another one has its place.
  virtual void make_room() = 0;

  /// Ends it, and what is done for its client alone.
  virtual void give_up() = 0;

  /// While a request is being answered: give_up() if the client has ended its direction. That counts as
  /// leaving, as with nginx.
  virtual void give_up_if_client_left() = 0;

  /// While a request is being answered, now and then: bytes that are held for this client alone though it
  /// takes none of what it is being sent.
  virtual std::uint64_t held_in_vain(SteadyTime now) = 0;

  virtual const std::string& peer_address() const = 0;  ///< without the port; "unix" for a Unix socket

  std::size_t position = 0;  ///< among the server's sessions
  bool has_place = true;     ///< of the server's Occupancy
  std::string counted;       ///< the address among whose connections it has a place, too; empty: none
};

}  // namespace larder::server
