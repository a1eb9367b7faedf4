#pragma once

#include "history.hpp"
#include "phases.hpp"
#include "support/chaos_relay.hpp"
#include "support/larder.hpp"
#include "support/redis_server.hpp"
#include "support/reserved_port.hpp"

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <random>
#include <string>

namespace larder::test::model {

/// Three larders on one Redis, each behind a network of its own, and what can go wrong with those. Faults may
/// be injected by one thread only.
class Fleet {
 public:
  explicit Fleet(const std::string& upstream);

  Client client(int instance) const { return larders_[at(instance)]->client(); }
  Client admin(int instance) const { return Client(admin_ports_[at(instance)].number(), "localhost"); }

  /// Injects a fault, and ends it. Returns what it was.
  std::string fail(std::mt19937_64& random);

  /// Waits until every instance knows every purge and none is pending; false if that does not happen.
  bool is_whole();

  /// The larders' logs.
  std::string log() const;

 private:
  static std::size_t at(int instance) { return static_cast<std::size_t>(instance); }
  bool knows(int instance, const std::string& position) const;

  RedisServer redis_;
  std::array<std::unique_ptr<ChaosRelay>, instances> networks_;
  std::array<ReservedPort, instances> admin_ports_;
  std::array<std::unique_ptr<Larder>, instances> larders_;
};

}  // namespace larder::test::model
