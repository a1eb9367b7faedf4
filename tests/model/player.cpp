#include "player.hpp"

#include <algorithm>

namespace larder::test::model {
namespace {

using std::chrono::milliseconds;

Moment now() {
  return std::chrono::steady_clock::now();
}

/// What a busy machine may add to a lifetime: the version ages while the origin's response is on its way.
const milliseconds slack = is_sanitized() ? milliseconds(10'000) : milliseconds(2'000);

std::string word(const Response& response) {
  return cache_result(response);
}

bool is_collapsed(const Response& response) {
  return response.fields.get("Cache-Status").find("collapsed") != std::string::npos;
}

}  // namespace

Player::Player(Site& site, const Fleet& fleet, const Phases& phases, Score& score, std::uint64_t seed)
    : site_(site), phases_(phases), score_(score), random_(seed) {
  for (int i = 0; i < instances; ++i) {
    clients_.push_back(fleet.client(i));
    admins_.push_back(fleet.admin(i));
  }
}

void Player::play() {
  const std::uint64_t choice = random_() % 1'000;
  const int instance = any_instance();
  Resource& resource = any_resource();
  try {
    if (choice < 900) {
      read(resource, instance);
    } else if (choice < 950) {
      put(resource, instance);
    } else if (choice < 985) {
      purge(instance);
    } else {
      follow();
    }
  } catch (const std::exception& error) {
    violate(resource, instance, std::string("a request failed: ") + error.what());
    clients_[static_cast<std::size_t>(instance)].disconnect();
    admins_[static_cast<std::size_t>(instance)].disconnect();
  }
}

Resource& Player::any_resource() {
  return *site_.resources()[random_() % site_.resources().size()];
}

Version Player::read(Resource& resource, int instance) {
  Fields fields;
  if (random_() % 8 == 0) fields.add("If-None-Match", '"' + std::to_string(resource.history.current()) + '"');
  const Moment begun = now();
  Floors floors = resource.history.floors(instance, phases_.at(begun).seen_by);
  const Response response = clients_[static_cast<std::size_t>(instance)].get(resource.path, fields);
  const std::string result = word(response);
  const Version version = version_of(response.fields.get("ETag"));
  score_.count(score_.reads, result);
  if (is_collapsed(response)) floors.origin = 0;
  if ((response.status != 200 && response.status != 304) || !response.complete || version == 0) {
    violate(resource, instance, "answered " + std::to_string(response.status));
  } else {
    check(resource, instance, floors, begun, version, result);
  }
  return version;
}

void Player::check(const Resource& resource, int instance, const Floors& floors, Moment begun,
                   Version version, const std::string& result) {
  const auto demand = [&](Version floor, const std::string& promise) {
    if (version >= floor) return;
    violate(resource, instance,
            result + " of version " + std::to_string(version) + ", but " + promise + " asks for " +
                std::to_string(floor));
  };
  const bool is_hit = result == "HIT";
  const bool is_stale = result == "STALE";
  demand(floors.same, "a write answered by the same instance");
  if (is_hit) demand(floors.same_soft, "a soft purge answered by the same instance");
  if (resource.is_strict) {
    demand(floors.strict, "a write answered by any instance (strict)");
    if (is_hit) demand(floors.strict_soft, "a soft purge answered by any instance (strict)");
  }
  demand(floors.push, "a write answered by any instance long ago");
  if (!is_hit && !is_stale) demand(floors.origin, "what the origin had");
  const auto outdated = resource.history.outdated_for(version, begun);
  if (!outdated || *outdated > Site::lifetime + (is_stale ? Site::stale_window : milliseconds{0}) + slack) {
    violate(resource, instance, result + " of version " + std::to_string(version) + ", past its lifetime");
  }
  if (version >= floors.any) return;
  const std::optional<Moment> answered = resource.history.first_answered_after(version);
  if (!answered || *answered >= begun) return;
  (phases_.at(begun).is_calm ? score_.older_when_calm : score_.older_in_faults).add(begun - *answered);
}

Write Player::put(Resource& resource, int instance) {
  const Response response = clients_[static_cast<std::size_t>(instance)].put(resource.path);
  const bool waits = response.fields.get("Cache-Status").find("purge-waits") != std::string::npos;
  const Write write{.version = version_of(response.fields.get("ETag")),
                    .instance = instance,
                    .is_logged = !waits,
                    .answered = now()};
  if (response.status != 200) violate(resource, instance, "PUT answered " + std::to_string(response.status));
  resource.history.answered(write);
  score_.count(score_.writes, waits ? "PUT whose purge waited" : "PUT");
  return write;
}

/// Changes some resources unnoticed by larder, and purges what they have in common.
void Player::purge(int instance) {
  const Resource& like = any_resource();
  const std::string site = like.is_strict ? "/strict" : "/push";
  const std::string item = like.path.substr(like.path.rfind('/'));
  struct Kind {
    std::string name;
    std::string value;
  };
  const Kind kinds[] = {
      {"url", like.path}, {"tag", like.tag}, {"prefix", like.collection}, {"pattern", site + "/*" + item}};
  const Kind& kind = kinds[random_() % std::size(kinds)];
  const bool is_soft = random_() % 3 == 0;
  std::vector<std::pair<Resource*, Version>> changed;
  for (const auto& one : site_.resources()) {
    const bool is_named = (kind.name == "url" && one->path == like.path) ||
                          (kind.name == "tag" && one->tag == like.tag) ||
                          (kind.name == "prefix" && one->collection == like.collection) ||
                          (kind.name == "pattern" && one->tag == like.tag);
    if (is_named) changed.emplace_back(one.get(), site_.change(*one));
  }
  const std::string order =
      "{\"" + kind.name + "\": \"" + kind.value + "\"" + (is_soft ? ", \"soft\": true}" : "}");
  const Response response = admins_[static_cast<std::size_t>(instance)].request(
      "POST", "/purge", {{"Content-Type", "application/json"}}, order);
  if (response.status != 200 && response.status != 202) violate(like, instance, "a purge was refused");
  const Write write{
      .instance = instance, .is_logged = response.status == 200, .is_soft = is_soft, .answered = now()};
  for (const auto& [resource, version] : changed) {
    Write one = write;
    one.version = version;
    resource->history.answered(one);
  }
  score_.count(score_.writes, (is_soft ? "soft purge by " : "purge by ") + kind.name);
}

/// Writes on one instance and reads on another until it shows the write.
void Player::follow() {
  Resource& resource = any_resource();
  const int writer = any_instance();
  const int reader = (writer + 1) % instances;
  if (resource.is_strict) return;
  read(resource, reader);
  const Write write = put(resource, writer);
  const milliseconds patience = Site::lifetime * 3;
  Moment begun = now();
  while (read(resource, reader) < write.version && now() < write.answered + patience) begun = now();
  if (phases_.at(now()).is_calm) score_.seen_after.add(begun - write.answered);
}

void Player::violate(const Resource& resource, int instance, const std::string& what) {
  const std::lock_guard lock(score_.mutex);
  score_.violations.push_back(resource.path + " on instance " + std::to_string(instance) + ": " + what +
                              "\n" + resource.history.text(now()));
}

}  // namespace larder::test::model
