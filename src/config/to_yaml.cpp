#include "address.hpp"
#include "expand.hpp"

#include <larder/base/units.hpp>
#include <larder/config/load.hpp>

#include <yaml-cpp/yaml.h>

#include <algorithm>

namespace larder::config {
namespace {

constexpr std::string_view secret = "***";

const char* on_off_text(bool on) {
  return on ? "on" : "off";
}

const char* collapse_text(policy::Collapse collapse) {
  using enum policy::Collapse;
  if (collapse == off) return "off";
  return collapse == local ? "local" : "cluster";
}

const char* set_cookie_text(policy::SetCookieRule rule) {
  using enum policy::SetCookieRule;
  if (rule == strip) return "strip";
  return rule == allow ? "allow" : "refuse";
}

/// Appends the parts of a configuration to an emitter. Texts are escaped, so that no variable is seen in
/// them.
class Writer {
 public:
  std::string write(const Config& config);

 private:
  YAML::Emitter& key(const char* name) { return emitter_ << YAML::Key << name << YAML::Value; }
  void text(const char* name, std::string_view value) { key(name) << escape_variables(value); }
  void time(const char* name, Milliseconds value) { text(name, format_duration(value)); }
  void bytes(const char* name, std::uint64_t value) { text(name, format_size(value)); }
  void toggle(const char* name, bool value) { text(name, on_off_text(value)); }
  void list(const char* name, const std::vector<std::string>& values);
  void begin(const char* name) { key(name) << YAML::BeginMap; }
  void begin_flow(const char* name) { key(name) << YAML::Flow << YAML::BeginMap; }
  void end() { emitter_ << YAML::EndMap; }

  void admin(const Admin& admin);
  void listen(const std::vector<Listen>& listeners);
  void tls(const Tls& tls, bool with_verify);
  void sites(const std::vector<policy::SiteRule>& rules);
  void upstream(const Upstream& upstream);
  void store(const Store& store);
  void redis(const Redis& redis);
  void route(const policy::Route& route);
  void ttl(const policy::TtlRule& rule);
  void lifetimes(const policy::Route& route);
  void query(const policy::QueryRule& rule);
  void cookies(const policy::CookieRule& rule);
  void purge(const policy::PurgeRule& rule);
  void warm(const policy::WarmRule& rule);
  void log(const Logging& log);
  void limits(const Limits& limits);

  YAML::Emitter emitter_;
};

void Writer::list(const char* name, const std::vector<std::string>& values) {
  key(name) << YAML::Flow << YAML::BeginSeq;
  for (const std::string& value : values) emitter_ << escape_variables(value);
  emitter_ << YAML::EndSeq;
}

void Writer::admin(const Admin& admin) {
  begin("admin");
  text("listen", admin.listen);
  text("token", admin.token.empty() ? "" : secret);
  end();
}

/// One that listens for TLS is a map; the others are as short as they can be.
void Writer::listen(const std::vector<Listen>& listeners) {
  key("listen") << YAML::Flow << YAML::BeginSeq;
  for (const Listen& listener : listeners) {
    if (!listener.tls) {
      emitter_ << escape_variables(listener.address);
      continue;
    }
    emitter_ << YAML::Flow << YAML::BeginMap;
    text("address", listener.address);
    begin_flow("tls");
    text("cert", listener.tls->cert);
    text("key", listener.tls->key);
    end();
    end();
  }
  emitter_ << YAML::EndSeq;
}

void Writer::tls(const Tls& tls, bool with_verify) {
  begin_flow("tls");
  text("ca", tls.ca);
  text("cert", tls.cert);
  text("key", tls.key);
  text("server_name", tls.server_name);
  if (with_verify) toggle("verify", tls.verify);
  end();
}

void Writer::sites(const std::vector<policy::SiteRule>& rules) {
  if (rules.empty()) return;
  begin("sites");
  for (const policy::SiteRule& rule : rules) list(rule.site.c_str(), rule.spellings);
  end();
}

void Writer::upstream(const Upstream& upstream) {
  begin(upstream.name.c_str());
  std::vector<std::string> servers;
  for (const Server& server : upstream.servers) servers.push_back(format_server(server));
  list("servers", servers);
  begin_flow("timeouts");
  time("connect", upstream.timeouts.connect);
  time("first_byte", upstream.timeouts.first_byte);
  time("idle", upstream.timeouts.idle);
  time("total", upstream.timeouts.total);
  end();
  text("max_fills", std::to_string(upstream.max_fills));
  text("queue", std::to_string(upstream.queue));
  time("queue_timeout", upstream.queue_timeout);
  const auto is_secure = [](const Server& server) { return server.scheme == "https"; };
  if (std::ranges::any_of(upstream.servers, is_secure)) tls(upstream.tls, true);
  end();
}

void Writer::store(const Store& store) {
  begin("store");
  bytes("memory", store.memory);
  bytes("max_object", store.max_object);
  time("max_lifetime", store.max_lifetime);
  bytes("purge_log", store.purge_log);
  if (store.redis) redis(*store.redis);
  end();
}

void Writer::redis(const Redis& redis) {
  begin("redis");
  text("url", masked_url(redis.url));
  text("username", redis.username);
  text("password", redis.password.empty() ? "" : secret);
  if (is_secure_redis(redis.url)) tls(redis.tls, false);
  text("key_prefix", redis.key_prefix);
  time("timeout", redis.timeout);
  text("on_outage", redis.origin_on_outage ? "origin" : "serve");
  time("outage_ttl", redis.outage_ttl);
  begin_flow("wait");
  text("replicas", std::to_string(redis.wait_replicas));
  time("timeout", redis.wait_timeout);
  end();
  if (is_sentinel_redis(redis.url)) {
    begin_flow("sentinel");
    text("username", redis.sentinel_username);
    text("password", redis.sentinel_password.empty() ? "" : secret);
    end();
  }
  end();
}

void Writer::ttl(const policy::TtlRule& rule) {
  if (rule.plain) time("ttl", *rule.plain);
  if (rule.by_status.empty()) return;
  begin_flow("ttl");
  for (const auto& [status, ttl] : rule.by_status) time(std::to_string(status).c_str(), ttl);
  end();
}

void Writer::lifetimes(const policy::Route& route) {
  ttl(route.ttl);
  text("jitter", std::to_string(route.jitter) + "%");
  if (route.stale_while_revalidate) time("stale_while_revalidate", *route.stale_while_revalidate);
  if (route.stale_if_error) time("stale_if_error", *route.stale_if_error);
  using enum policy::RefreshAhead;
  const policy::RefreshAhead ahead = route.refresh_ahead;
  text("refresh_ahead", ahead == where_needed ? "auto" : on_off_text(ahead == on));
}

void Writer::query(const policy::QueryRule& rule) {
  begin_flow("query");
  if (rule.mode == policy::QueryRule::Mode::ignore) list("ignore", rule.names);
  if (rule.mode == policy::QueryRule::Mode::only) list("only", rule.names);
  toggle("sorted", rule.sorted);
  text("forward", rule.forward_all ? "all" : "keyed");
  end();
}

void Writer::cookies(const policy::CookieRule& rule) {
  using policy::CookieRule;
  if (rule == CookieRule{}) return text("cookies", "refuse");
  if (rule == CookieRule::ignore_all()) return text("cookies", "ignore");
  if (rule == CookieRule::keep_only(rule.key)) return list("cookies", rule.key);
  begin_flow("cookies");
  if (!rule.key.empty()) list("key", rule.key);
  if (!rule.ignore.empty()) list("ignore", rule.ignore);
  end();
}

void Writer::purge(const policy::PurgeRule& rule) {
  if (rule.urls.empty() && rule.tags.empty()) return text("purge", rule.none ? "none" : "resource");
  begin_flow("purge");
  list("urls", rule.urls);
  list("tags", rule.tags);
  end();
}

void Writer::route(const policy::Route& route) {
  emitter_ << YAML::BeginMap;
  text("match", route.match);
  text("upstream", route.upstream);
  if (!route.methods.empty()) list("methods", route.methods);
  lifetimes(route);
  toggle("cache", route.cache);
  toggle("override", route.override_origin);
  toggle("heuristic", route.heuristic);
  text("request_directives", route.honor_request_directives ? "honor" : "ignore");
  text("set_cookie", set_cookie_text(route.set_cookie));
  text("credentials", route.shares_credentials ? "shared" : "refuse");
  query(route.query);
  list("headers", route.headers);
  cookies(route.cookies);
  list("tags", route.tags);
  purge(route.purge);
  text("consistency", route.strict ? "strict" : "push");
  text("collapse", collapse_text(route.collapse));
  toggle("websocket", route.websocket);
  toggle("debug", route.debug);
  if (route.warm) warm(*route.warm);
  end();
}

void Writer::warm(const policy::WarmRule& rule) {
  begin("warm");
  if (!rule.site.empty()) text("site", rule.site);
  list("urls", rule.urls);
  if (!rule.sitemap.empty()) text("sitemap", rule.sitemap);
  text("hottest", std::to_string(rule.hottest));
  begin_flow("headers");
  for (const auto& [name, value] : rule.headers) text(name.c_str(), value);
  end();
  toggle("at_start", rule.at_start);
  if (rule.schedule) text("schedule", rule.schedule->text());
  text("concurrency", std::to_string(rule.concurrency));
  text("retries", std::to_string(rule.retries));
  end();
}

void Writer::log(const Logging& log) {
  begin_flow("log");
  text("level", log.level);
  toggle("access", log.access == Logging::Access::on);
  text("format", log.format == Logging::Format::json ? "json" : "common");
  text("file", log.file);
  end();
}

void Writer::limits(const Limits& limits) {
  begin("limits");
  text("connections", limits.connections == 0 ? "auto" : std::to_string(limits.connections));
  text("connections_per_address", std::to_string(limits.connections_per_address));
  begin_flow("head");
  bytes("size", limits.head.size);
  text("fields", std::to_string(limits.head.fields));
  time("time", limits.head.time);
  end();
  begin_flow("content");
  bytes("size", limits.content.size);
  text("slowest", std::to_string(limits.content.slowest));
  end();
  time("idle", limits.idle);
  if (limits.buffered == 0)
    text("buffered", "auto");
  else
    bytes("buffered", limits.buffered);
  end();
}

std::string Writer::write(const Config& config) {
  emitter_ << YAML::BeginMap;
  listen(config.listen);
  text("threads", config.threads == 0 ? "auto" : std::to_string(config.threads));
  if (config.admin) admin(*config.admin);
  limits(config.limits);
  sites(config.sites);
  begin_flow("credentials");
  list("add", config.credentials.add);
  list("remove", config.credentials.remove);
  end();
  begin("upstreams");
  for (const Upstream& one : config.upstreams) upstream(one);
  end();
  begin_flow("purge_method");
  list("allow", config.purge_method.allow.texts());
  end();
  store(config.store);
  key("routes") << YAML::BeginSeq;
  for (const policy::Route& one : config.routes) route(one);
  emitter_ << YAML::EndSeq;
  time("shutdown_grace", config.shutdown_grace);
  log(config.log);
  end();
  return std::string(emitter_.c_str()) + "\n";
}

}  // namespace

std::string to_yaml(const Config& config) {
  return Writer().write(config);
}

}  // namespace larder::config
