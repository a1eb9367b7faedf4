#include "address.hpp"
#include "scalars.hpp"
#include "sections.hpp"

#include <algorithm>

namespace larder::config {
namespace {

std::optional<std::vector<Server>> read_servers(const Value& value) {
  std::vector<Value> items;
  std::vector<std::string> texts;
  std::vector<Server> servers;
  for (const Value& item : value.items()) {
    const std::optional<Server> server = server_url(item);
    if (!server) continue;
    items.push_back(item);
    texts.push_back(format_server(*server));
    servers.push_back(*server);
  }
  refuse_repeated(items, texts);
  if (value.is_list() && value.items().empty()) value.error("must not be empty");
  return servers;
}

void read_timeouts(const Value& value, Timeouts& timeouts) {
  read_map(value, "upstream.timeouts", [&](Map& map) {
    map.read("connect", timeouts.connect, positive_duration);
    map.read("first_byte", timeouts.first_byte, positive_duration);
    map.read("idle", timeouts.idle, positive_duration);
    map.read("total", timeouts.total, positive_duration);
  });
}

void read_upstream_tls(const Value& value, Upstream& upstream) {
  const std::optional<Tls> tls = read_tls(value, "upstream.tls", true);
  if (!tls) return;
  upstream.tls = *tls;
  const auto is_secure = [](const Server& server) { return server.scheme == "https"; };
  // Servers that could not be read were complained of already.
  if (upstream.servers.empty() || std::ranges::any_of(upstream.servers, is_secure)) return;
  value.error("none of the servers is https://");
}

void read_upstream(const Value& value, Upstream& upstream) {
  read_map(value, "upstream", [&](Map& map) {
    map.read("servers", upstream.servers, read_servers);
    if (map.find("servers") == nullptr) value.error("\"servers\" is missing");
    if (const Value* timeouts = map.find("timeouts")) read_timeouts(*timeouts, upstream.timeouts);
    map.read("max_fills", upstream.max_fills, [](const Value& most) { return number(most, 1); });
    map.read("queue", upstream.queue, [](const Value& most) { return number(most, 0); });
    map.read("queue_timeout", upstream.queue_timeout, positive_duration);
    if (const Value* tls = map.find("tls")) read_upstream_tls(*tls, upstream);
  });
}

}  // namespace

std::vector<Upstream> read_upstreams(const Value& value) {
  std::vector<Upstream> upstreams;
  if (!value.is_map()) {
    value.mismatch("a map of upstreams by name");
    return upstreams;
  }
  const Map map(value, "upstreams");
  for (const Entry& entry : map.entries()) {
    if (entry.key.empty() || has_control_byte(entry.key))
      value.error_at(entry.mark, "an upstream needs a name");
    Upstream& upstream = upstreams.emplace_back();
    upstream.name = entry.key;
    read_upstream(Value(entry.value.node(), "upstream " + quoted(entry.key), value.source()), upstream);
  }
  if (value.node().size() == 0)
    value.error("must not be empty: larder needs at least one").settled_by = "--upstream";
  return upstreams;
}

}  // namespace larder::config
