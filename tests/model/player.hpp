#pragma once

#include "fleet.hpp"
#include "measure.hpp"
#include "phases.hpp"
#include "site.hpp"

#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace larder::test::model {

/// What all players record together.
struct Score {
  std::mutex mutex;
  std::map<std::string, std::uint64_t> reads;   ///< by the first word of X-Cache
  std::map<std::string, std::uint64_t> writes;  ///< by kind
  std::vector<std::string> violations;
  Measure
      seen_after;  ///< push, no fault: from a write's response to the start of the first read that shows it
  Measure older_when_calm;  ///< how long after a write's response a read of the previous version began
  Measure older_in_faults;  ///< the same while a fault separated instances

  void count(std::map<std::string, std::uint64_t>& counts, const std::string& name) {
    const std::lock_guard lock(mutex);
    ++counts[name];
  }
};

/// A client of all instances that reads, writes, purges, and checks what it reads.
class Player {
 public:
  Player(Site& site, const Fleet& fleet, const Phases& phases, Score& score, std::uint64_t seed);

  /// One random operation. A request that fails is a violation too.
  void play();

 private:
  Resource& any_resource();
  int any_instance() { return static_cast<int>(random_() % instances); }
  Version read(Resource& resource, int instance);
  void check(const Resource& resource, int instance, const Floors& floors, Moment begun, Version version,
             const std::string& result);
  Write put(Resource& resource, int instance);
  void purge(int instance);
  void follow();
  void violate(const Resource& resource, int instance, const std::string& what);

  Site& site_;
  const Phases& phases_;
  Score& score_;
  std::mt19937_64 random_;
  std::vector<Client> clients_;
  std::vector<Client> admins_;
};

}  // namespace larder::test::model
