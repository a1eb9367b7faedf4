#include "address.hpp"
#include "scalars.hpp"
#include "sections.hpp"

#include <larder/base/units.hpp>

#include <charconv>

namespace larder::config {
namespace {

constexpr std::uint64_t least_memory = 1ull << 20;

std::optional<std::uint64_t> read_memory(const Value& value) {
  const std::optional<std::uint64_t> bytes = size(value);
  if (!bytes || *bytes == 0 || *bytes >= least_memory) return bytes;
  value.error("must be 0 (off) or at least " + format_size(least_memory));
  return std::nullopt;
}

std::optional<std::uint64_t> read_max_object(const Value& value) {
  const std::optional<std::uint64_t> bytes = size(value);
  if (!bytes || *bytes > 0) return bytes;
  value.error("must be more than 0");
  return std::nullopt;
}

std::optional<std::uint64_t> read_purge_log(const Value& value) {
  const std::optional<std::uint64_t> bytes = size(value);
  if (!bytes || *bytes >= least_memory) return bytes;
  value.error("must be at least " + format_size(least_memory));
  return std::nullopt;
}

/// Braces would choose a slot in a Redis Cluster.
std::optional<std::string> read_key_prefix(const Value& value) {
  const std::optional<std::string> text = value.text("a short text");
  if (!text) return std::nullopt;
  if (!text->empty() && !has_control_byte(*text) && text->find_first_of(" {}*?[]\\") == std::string::npos)
    return text;
  value.error("must not be empty or hold spaces, control bytes or any of {}*?[]\\");
  return std::nullopt;
}

std::optional<bool> read_on_outage(const Value& value) {
  return one_of(value, std::array{Choice<bool>{"serve", false}, Choice<bool>{"origin", true}});
}

/// An empty one is what the example has beside any URL.
void read_redis_tls(const Value& value, Redis& redis) {
  const std::optional<Tls> tls = read_tls(value, "store.redis.tls", false);
  if (!tls) return;
  redis.tls = *tls;
  if (*tls == Tls{} || redis.url.empty() || is_secure_redis(redis.url)) return;
  value.error("the url is not rediss://");
}

std::optional<unsigned> read_replicas(const Value& value) {
  constexpr unsigned most_replicas = 100;
  const std::optional<std::string> text = value.text("a number of replicas");
  if (!text) return std::nullopt;
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error == std::errc{} && end == text->data() + text->size() && number <= most_replicas) return number;
  value.mismatch("a number of replicas from 0 to 100", *text);
  return std::nullopt;
}

void read_wait(const Value& value, Redis& redis) {
  read_map(value, "store.redis.wait", [&](Map& map) {
    map.read("replicas", redis.wait_replicas, read_replicas);
    map.read("timeout", redis.wait_timeout, positive_duration);
  });
}

void read_sentinel(const Value& value, Redis& redis) {
  read_map(value, "store.redis.sentinel", [&](Map& map) {
    map.read("username", redis.sentinel_username, any_text);
    map.read("password", redis.sentinel_password, any_text);
  });
  const bool is_empty = redis.sentinel_username.empty() && redis.sentinel_password.empty();
  if (is_empty || redis.url.empty() || is_sentinel_redis(redis.url)) return;
  value.error("the url is not redis+sentinel://");
}

std::optional<Redis> read_redis(const Value& value) {
  Redis redis;
  read_map(value, "store.redis", [&](Map& map) {
    map.read("url", redis.url, redis_url);
    map.read("username", redis.username, any_text);
    map.read("password", redis.password, any_text);
    if (const Value* tls = map.find("tls")) read_redis_tls(*tls, redis);
    map.read("key_prefix", redis.key_prefix, read_key_prefix);
    map.read("timeout", redis.timeout, positive_duration);
    map.read("on_outage", redis.origin_on_outage, read_on_outage);
    map.read("outage_ttl", redis.outage_ttl, positive_duration);
    if (const Value* wait = map.find("wait")) read_wait(*wait, redis);
    if (const Value* sentinel = map.find("sentinel")) read_sentinel(*sentinel, redis);
    if (map.find("url") == nullptr) value.error("\"url\" is missing");
    if (!redis.password.empty() && has_password(redis.url)) {
      map.find("password")->error("the url holds a password already");
    }
  });
  return redis;
}

void warn_of_sizes(Map& map, const Value& value, const Store& store) {
  const Value* const max_object = map.find("max_object");
  const Value* const memory = map.find("memory");
  if (store.memory == 0 && !store.redis) {
    value.warning("without memory and without redis nothing is ever stored");
  } else if (store.memory != 0 && store.max_object > store.memory) {
    (max_object != nullptr ? max_object : memory)
        ->warning("max_object (" + format_size(store.max_object) + ") is more than memory (" +
                  format_size(store.memory) + ") can hold");
  }
}

}  // namespace

void read_store(const Value& value, Store& store) {
  read_map(value, "store", [&](Map& map) {
    map.read("memory", store.memory, read_memory);
    map.read("max_object", store.max_object, read_max_object);
    map.read("max_lifetime", store.max_lifetime, positive_duration);
    map.read("purge_log", store.purge_log, read_purge_log);
    map.read("redis", store.redis, read_redis);
    warn_of_sizes(map, value, store);
  });
}

}  // namespace larder::config
