#include "address.hpp"
#include "sections.hpp"

#include <charconv>

namespace larder::config {
namespace {

/// Braces would choose a slot in a Redis Cluster.
std::optional<std::string> read_key_prefix(const Value& value) {
  const std::optional<std::string> text = value.text("a short text");
  if (!text) return std::nullopt;
  if (!text->empty() && !has_control_byte(*text) && text->find_first_of(" {}*?[]\\") == std::string::npos)
    return text;
  value.error("must not be empty or hold spaces, control bytes or any of {}*?[]\\");
  return std::nullopt;
}

json::object key_prefix_schema() {
  return scalar_schema(R"(^[^ {}*?\[\]\\]+$)");
}

std::optional<unsigned> read_percentage(const Value& value) {
  constexpr std::string_view expected = "a share from 1% to 100%";
  const std::optional<std::string> text = value.text(expected);
  if (!text) return std::nullopt;
  unsigned percent = 0;
  const char* const end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, percent);
  if (error == std::errc{} && percent >= 1 && percent <= 100 && std::string_view(stop, end) == "%")
    return percent;
  value.mismatch(expected, *text,
                 percent >= 1 && percent <= 100 && stop == end
                     ? std::string(", did you mean \"") + *text + "%\"?"
                     : std::string());
  return std::nullopt;
}

std::string percentage_text(const unsigned& percent) {
  return std::to_string(percent) + "%";
}

json::object percentage_schema() {
  return pattern_schema("^([1-9]|[1-9][0-9]|100)%$");
}

std::string shown_url(const std::string& url) {
  return masked_url(url);
}

json::object url_schema() {
  return pattern_schema(R"(^([Rr][Ee][Dd][Ii][Ss]{1,2}(\+(sentinel|cluster))?://|unix:/))");
}

Table<Redis> wait_keys() {
  return {{
      key("replicas", &Redis::wait_replicas, Number<unsigned>{0, 100, "a number of replicas"},
          "How many must have a purge before it is answered."),
      key("timeout", &Redis::wait_timeout, a_brief_duration, "How long they are waited for."),
  }};
}

Table<Redis> sentinel_keys() {
  return {{
      key("username", &Redis::sentinel_username, a_text, "Of an ACL user. Empty: the default user."),
      key("password", &Redis::sentinel_password, a_secret, "Of that user. Empty: none."),
  }};
}

/// What has no effect with such a URL; empty sections are what the example has beside any URL.
void check_by_url(Map& map, const Redis& redis) {
  if (redis.url.empty()) return;
  const Value* const tls = map.find("tls");
  if (tls != nullptr && redis.tls != Tls{} && !is_secure_redis(redis.url)) {
    tls->error("the url is not rediss://");
  }
  const Value* const sentinel = map.find("sentinel");
  const bool has_user = !redis.sentinel_username.empty() || !redis.sentinel_password.empty();
  if (sentinel != nullptr && has_user && !is_sentinel_redis(redis.url)) {
    sentinel->error("the url is not redis+sentinel://");
  }
}

void check_redis(Map& map, const Value&, Redis& redis) {
  check_by_url(map, redis);
  if (!redis.password.empty() && has_password(redis.url)) {
    map.find("password")->error("the url holds a password already");
  }
  if (redis.password_file.empty()) return;
  const Value& file = *map.find("password_file");
  if (has_password(redis.url)) {
    file.error("the url holds a password already");
  } else if (!redis.password.empty()) {
    file.error("\"password\" says it already");
  }
}

}  // namespace

Table<Redis> redis_keys() {
  return {
      {
          key("url", &Redis::url, Scalar<std::string>{redis_url, shown_url, url_schema},
              "redis://[user[:password]@]host[:port][/db], unix:/path[?db=N], or with a list of some hosts "
              "each "
              "redis+sentinel://host,host/master[/db] and redis+cluster://host,host; rediss for TLS with any "
              "of them.")
              .required(),
          key("username", &Redis::username, a_text, "Of an ACL user. Empty: the default user."),
          key("password", &Redis::password, a_secret, "Of that user. Empty: none."),
          key("password_file", &Redis::password_file, a_file,
              "Holds that password, in place of it; read at each connect."),
          key("tls", &Redis::tls, Section<Tls>{tls_keys(true), true}, "With rediss, as of an upstream.")
              .shown_if([](const Redis& redis) { return is_secure_redis(redis.url); }),
          key("key_prefix", &Redis::key_prefix,
              Scalar<std::string>{read_key_prefix, same_text, key_prefix_schema},
              "What all of larder's keys begin with."),
          key("timeout", &Redis::timeout, a_brief_duration,
              "Of one command; past it the request goes on without Redis."),
          key("on_outage", &Redis::origin_on_outage, Choices<bool>{{{"serve", false}, {"origin", true}}},
              "Without Redis: serve what this larder has; or origin: ask the origin about all that is older "
              "than outage_ttl."),
          key("outage_ttl", &Redis::outage_ttl, a_positive_duration,
              "How long what is stored is served without asking the origin, with on_outage: origin."),
          key("max_used_memory", &Redis::max_used_memory,
              Scalar<unsigned>{read_percentage, percentage_text, percentage_schema},
              "Past this share of Redis's maxmemory nothing new is stored there."),
          group("wait", wait_keys(), "Replicas that have a purge before it is answered."),
          group("sentinel", sentinel_keys(), "The sentinels' own user, with redis+sentinel://.")
              .shown_if([](const Redis& redis) { return is_sentinel_redis(redis.url); }),
      },
      check_redis};
}

}  // namespace larder::config
