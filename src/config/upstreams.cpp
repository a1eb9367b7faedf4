#include "address.hpp"
#include "route_kinds.hpp"
#include "sections.hpp"

#include <algorithm>

namespace larder::config {
namespace {

bool is_https(const Server& server) {
  return server.scheme == "https";
}

bool has_https(const Upstream& upstream) {
  return std::ranges::any_of(upstream.servers, is_https);
}

/// One server's URL, or a list of some.
struct Servers {
  std::optional<std::vector<Server>> read(const Value& value) const {
    std::vector<Value> items;
    std::vector<Server> servers;
    for (const Value& item : value.items()) {
      const std::optional<Server> server = server_url(item);
      if (!server) continue;
      items.push_back(item);
      servers.push_back(*server);
    }
    refuse_repeated(items, texts_of(servers));
    if (value.is_list() && value.items().empty()) value.error("must not be empty");
    return servers;
  }

  Node write(const std::vector<Server>& servers) const { return list_node(texts_of(servers)); }

  json::object schema() const {
    const json::object one = pattern_schema("^[Hh][Tt][Tt][Pp][Ss]?://[^/?#@]+/?$");
    json::object list = list_schema(one);
    list["minItems"] = 1;
    return either_schema(one, std::move(list));
  }

 private:
  static std::vector<std::string> texts_of(const std::vector<Server>& servers) {
    std::vector<std::string> texts;
    for (const Server& server : servers) texts.push_back(format_server(server));
    return texts;
  }
};

Table<Timeouts> timeouts_keys() {
  return {{
      key("connect", &Timeouts::connect, a_positive_duration, "Until a connection is established."),
      key("first_byte", &Timeouts::first_byte, a_positive_duration,
          "From the request's last byte, or from a 102 (Processing), to the head of the response."),
      key("idle", &Timeouts::idle, a_positive_duration, "Between two bytes of content."),
      key("keepalive", &Timeouts::keepalive, a_positive_duration,
          "How long an unused connection is kept; less if the server's Keep-Alive says so."),
      key("tunnel", &Timeouts::tunnel, a_positive_duration,
          "Of a WebSocket on which nothing comes either way."),
      key("total", &Timeouts::total, a_positive_duration,
          "Of a fetch for the cache, from its request to the end of its content."),
  }};
}

void check_upstream(Map& map, const Value&, Upstream& upstream) {
  const Value* const tls = map.find("tls");
  // Servers that could not be read have been reported already.
  if (tls == nullptr || upstream.servers.empty() || has_https(upstream)) return;
  tls->error("none of the servers is https://");
}

}  // namespace

Table<Upstream> upstream_keys() {
  return {
      {
          key("servers", &Upstream::servers, Servers{},
              "http://host[:port] or https://host[:port], or a list "
              "of some.")
              .required()
              .own(),
          key("timeouts", &Upstream::timeouts, Section<Timeouts>{timeouts_keys(), true},
              "How long to wait for a server."),
          key("max_fills", &Upstream::max_fills, Number<std::uint64_t>{1},
              "How many fetches for the cache may be under way at once."),
          key("queue", &Upstream::queue, Number<std::uint64_t>{0},
              "How many more may wait; past it a stale answer, or 503."),
          key("queue_timeout", &Upstream::queue_timeout, a_positive_duration, "How long each of them waits."),
          key("request", &Upstream::request, RequestFields{},
              "What is done to the fields of all requests that go there, as in a route, whose own goes "
              "before. "
              "In values {host} and {scheme}.")
              .shown_if([](const Upstream& upstream) { return !upstream.request.empty(); }),
          key("tls", &Upstream::tls, Section<Tls>{tls_keys(true), true}, "With https://.")
              .shown_if(has_https),
      },
      check_upstream};
}

std::optional<std::vector<Upstream>> Upstreams::read(const Value& value, const Config& config) const {
  std::vector<Upstream> upstreams;
  if (!value.is_map()) {
    value.mismatch("a map of upstreams by name");
    return upstreams;
  }
  const Table<Upstream> table = upstream_keys();
  const Map map(value);
  for (const Entry& entry : map.entries()) {
    if (entry.key.empty() || has_control_byte(entry.key))
      value.error_at(entry.place, "an upstream needs a name");
    Upstream& upstream = upstreams.emplace_back(config.defaults.upstream);
    upstream.name = entry.key;
    read_keys(Value(entry.value.node(), "upstream " + quoted(entry.key), value.source()), table, upstream);
  }
  if (value.node().entries().empty())
    value.error("must not be empty: larder needs at least one").settled_by = "--upstream";
  return upstreams;
}

Node Upstreams::write(const std::vector<Upstream>& upstreams) const {
  const Table<Upstream> table = upstream_keys();
  Node map = Node::map();
  for (const Upstream& upstream : upstreams) map.insert(upstream.name, write_keys(table, upstream));
  return map;
}

json::object Upstreams::schema() const {
  json::object schema = map_schema(schema_of(upstream_keys()));
  schema["minProperties"] = 1;
  return schema;
}

void Upstreams::list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const {
  list_keys(upstream_keys(), path + ".NAME.", takes, entries);
}

}  // namespace larder::config
