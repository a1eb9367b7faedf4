#include "fleet.hpp"

#include "support/shared_tier.hpp"
#include "support/wait.hpp"

#include <boost/json/parse.hpp>

#include <thread>
#include <utility>

namespace larder::test::model {
namespace {

constexpr std::chrono::seconds longest_recovery{60};

constexpr const char* routes =
    "  - {match: /strict/**, ttl: 1s, consistency: strict}\n"
    "  - {match: /**, ttl: 1s}\n";

using Place = std::pair<std::uint64_t, std::uint64_t>;

Place place_of(const std::string& position) {
  const std::size_t dash = position.find('-');
  if (dash == std::string::npos) return {};
  return {std::stoull(position.substr(0, dash)), std::stoull(position.substr(dash + 1))};
}

}  // namespace

Fleet::Fleet(const std::string& upstream) {
  for (int i = 0; i < instances; ++i) {
    networks_[at(i)] = std::make_unique<ChaosRelay>(redis_.port());
    Yaml yaml{.upstream = upstream, .routes = routes, .redis = networks_[at(i)]->url()};
    yaml.redis_timeout = is_sanitized() ? "500ms" : "100ms";
    yaml.rest = "threads: 1\nadmin: {listen: \"" + admin_ports_[at(i)].address() + "\"}\n";
    larders_[at(i)] = std::make_unique<Larder>(yaml);
  }
}

bool Fleet::knows(int instance, const std::string& position) const {
  try {
    const auto stats = boost::json::parse(admin(instance).get("/stats").body);
    const auto& log = stats.at("purge_log");
    return log.at("in_step").as_bool() && log.at("waiting").to_number<int>() == 0 &&
           place_of(std::string(log.at("position").as_string())) >= place_of(position);
  } catch (const std::exception&) {
    return false;
  }
}

bool Fleet::is_whole() {
  return eventually(
      [&] {
        const std::string last = redis_.cli({"XREVRANGE", "larder:purges", "+", "-", "COUNT", "1"});
        const std::string position = last.substr(0, last.find('\n'));
        if (place_of(position) == Place{}) return false;
        for (int i = 0; i < instances; ++i) {
          if (!knows(i, position)) return false;
        }
        return true;
      },
      longest_recovery);
}

std::string Fleet::fail(std::mt19937_64& random) {
  ChaosRelay& network = *networks_[random() % instances];
  const auto time = std::chrono::milliseconds(50 + random() % 500);
  const auto rest = [&] { std::this_thread::sleep_for(time); };
  switch (random() % 9) {
    case 0:
      redis_.cli({"FLUSHALL"});
      return "FLUSHALL";
    case 1:
      redis_.cli({"DEL", "larder:purges"});
      return "the log deleted";
    case 2:
      redis_.stop();
      rest();
      redis_.restart();
      return "Redis killed and started empty";
    case 3:
      redis_.pause();
      rest();
      redis_.resume();
      return "Redis stopped by SIGSTOP";
    case 4:
      redis_.cli({"CLIENT", "KILL", "TYPE", "normal"});
      return "every connection killed";
    case 5:
      network.cut();
      return "one instance's connections cut";
    case 6:
      network.black_hole(true);
      rest();
      network.black_hole(false);
      return "one instance's network a black hole";
    case 7:
      network.refuse(true);
      network.cut();
      rest();
      network.refuse(false);
      return "one instance cut off";
    default:
      network.delay(std::chrono::milliseconds(30));
      rest();
      network.delay(std::chrono::milliseconds(0));
      return "one instance's network slow";
  }
}

std::string Fleet::log() const {
  std::string text;
  for (const auto& larder : larders_) text += larder->log();
  return text;
}

}  // namespace larder::test::model
