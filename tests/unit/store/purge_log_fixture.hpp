#pragma once

#include "redis_fixture.hpp"
#include "sample.hpp"
#include "support/redis_server.hpp"

#include <larder/store/redis_purge_log.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace larder::test {

using policy::Purge;
using store::Position;
using store::RedisPurgeLog;
using Kind = Purge::Kind;

inline const Purge product{Kind::resource, "shop.example/products/7"};

/// A purge log of an instance, on the test's loop; its coroutines end with it.
class Instance {
 public:
  Instance(LoopFixture& fixture, RedisPurgeLog::Settings settings)
      : fixture_(fixture), log_(fixture.loop, std::move(settings), fixture.clock, fixture.log) {
    log_.start();
  }
  ~Instance() { log_.stop(); }

  RedisPurgeLog& operator*() { return log_; }
  RedisPurgeLog* operator->() { return &log_; }

  bool comes_into_step() {
    return fixture_.run_until([this] { return log_.is_in_step(); });
  }
  bool falls_out_of_step() {
    return fixture_.run_until([this] { return !log_.is_in_step(); });
  }
  void purge(Purge purge) { fixture_.run(log_.append({.purges = {std::move(purge)}})); }

  /// A response whose fetch begins now.
  store::StoredResponsePtr fetch(Sample sample = {}) {
    const auto mark = log_.mark();
    sample.born = mark.position;
    sample.checked = mark.sequence;
    return sample.make();
  }

 private:
  LoopFixture& fixture_;
  RedisPurgeLog log_;
};

/// Instances share this Redis and this loop.
struct PurgeLogFixture : LoopFixture {
  RedisServer server;
  ~PurgeLogFixture() { drain(); }

  std::string stream() { return server.cli({"XRANGE", "larder:purges", "-", "+"}); }
  Position last() {
    const std::string record = server.cli({"XREVRANGE", "larder:purges", "+", "-", "COUNT", "1"});
    return *store::parse_position(record.substr(0, record.find('\n')));
  }
  void cut_connections() { server.cli({"CLIENT", "KILL", "TYPE", "normal"}); }
};

/// Whether the texts occur in the whole, one after another.
inline bool in_order(const std::string& whole, const std::vector<std::string>& parts) {
  std::size_t from = 0;
  for (const std::string& part : parts) {
    from = whole.find(part, from);
    if (from == std::string::npos) return false;
    from += part.size();
  }
  return true;
}

}  // namespace larder::test
