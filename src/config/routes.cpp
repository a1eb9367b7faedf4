#include "notation.hpp"
#include "route_checks.hpp"
#include "route_kinds.hpp"

#include <algorithm>
#include <map>

namespace larder::config {
namespace {

using policy::Route;

constexpr std::string_view about_include =
    "Alone in the place of a route: files whose routes stand here, as conf.d/*.yaml, by name; their "
    "upstreams "
    "count too.";

/// How messages call a route: by its name or the first of its matches, as written, or by its number if that
/// is not a text.
std::string title(const Node& node, std::size_t number) {
  const std::string numbered = "routes[" + std::to_string(number) + "]";
  if (!node.is_map()) return numbered;
  const Node* called = node.find("name");
  if (called == nullptr) called = node.find("match");
  if (called == nullptr) return "route \"/**\"";
  if (called->is_list() && !called->items().empty()) called = &called->items().front();
  return called->is_text() ? "route " + quoted(called->text()) : numbered;
}

std::optional<std::string> read_name(const Value& value) {
  constexpr std::string_view expected = "a name without control bytes";
  std::optional<std::string> text = value.text(expected);
  if (!text) return std::nullopt;
  if (!text->empty() && !has_control_byte(*text)) return text;
  value.mismatch(expected, *text);
  return std::nullopt;
}

/// Whether the match is what its writer meant: with a mistake in the route a missing one may be what another
/// key says.
bool has_known_match(const Value& value, bool has_errors, const Route& route) {
  if (value.node().find("match") == nullptr) return !has_errors;
  return std::ranges::none_of(
      route.match, [](const std::string& text) { return mistake_in_path_pattern(text).has_value(); });
}

/// A name stands for one route; `names` are those so far.
void refuse_known_name(const Value& route, std::map<std::string, Place>& names) {
  const Node* const name = route.is_map() ? route.node().find("name") : nullptr;
  if (name == nullptr || !name->is_text()) return;
  const auto [earlier, is_new] = names.emplace(name->text(), name->place());
  if (is_new) return;
  const Value value(*name, route.inside("name"), route.source());
  value.error(quoted(name->text()) + " is the name of the route " +
              route.source().whereabouts(earlier->second, name->place()) + " too");
}

json::object name_schema() {
  return scalar_schema("^.+$");
}

std::vector<Row<Route>> rows_of_lifetimes() {
  const Optional<Scalar<Milliseconds>> a_window{a_duration};
  return {
      key("ttl", &Route::ttl, Ttl{},
          "Where the origin states no freshness of its own: one for successes and lasting redirects, or "
          "some by status, class or any, as {2xx: 1m, 404: 10s, any: 1s}: the most exact wins."),
      key("jitter", &Route::jitter, a_jitter,
          "A lifetime is cut short by up to this share, by chance; 50% at most."),
      key("stale_while_revalidate", &Route::stale_while_revalidate, a_window,
          "How long stale responses go out while they are fetched again. Without it as the origin says."),
      key("stale_if_error", &Route::stale_if_error, Optional<StaleOnError>{},
          "How long stale responses go out if the origin fails, or a map of for and override. Without it as "
          "the origin says."),
      key("refresh_ahead", &Route::refresh_ahead, a_refresh_ahead,
          "Hot responses are fetched again before they end: on, off, or auto, if no stale_while_revalidate "
          "does "
          "the same for clients."),
  };
}

std::vector<Row<Route>> rows_of_caching() {
  using enum policy::SetCookieRule;
  return {
      key("cache", &Route::cache, a_cache_switch,
          "off: every request goes to the origin, by whatever spelling of the path."),
      key("bypass", &Route::bypass, Optional<Bypass>{},
          "Requests with any of these are passed as they are; nothing stored answers them, and nothing is "
          "stored."),
      key("min_uses", &Route::min_uses, Optional<Number<unsigned>>{{1}},
          "A response is stored from so many requests for it on, counted by each larder. Without it, from "
          "the "
          "first."),
      key("max_object", &Route::max_object, Optional<BoundedSize>{{1, ~0ull, "more than 0"}},
          "Larger responses of this route are not stored. At most, and without it, store.max_object."),
      key("max_content", &Route::max_content, Optional<Scalar<std::uint64_t>>{a_size},
          "Of a request's content: 413. 0, or without it: no limit but limits.content.size."),
      key("override", &Route::override_origin, a_switch,
          "on: the route's ttl wins over what the origin says, even private."),
      key("heuristic", &Route::heuristic, a_switch,
          "on: a tenth of the age by Last-Modified, if nothing states a lifetime."),
      key("request_directives", &Route::honor_request_directives,
          Choices<bool>{{{"honor", true}, {"ignore", false}}}, "Cache-Control in requests."),
      key("set_cookie", &Route::set_cookie,
          Choices<policy::SetCookieRule>{{{"refuse", refuse}, {"strip", strip}, {"allow", allow}}},
          "refuse: a response with Set-Cookie is never stored; strip: it is stored without it; allow: it is "
          "stored with it, for everybody, if the origin itself states a lifetime."),
      key("credentials", &Route::shares_credentials, Choices<bool>{{{"refuse", false}, {"shared", true}}},
          "refuse: the response to a request with Authorization, X-Api-Key or the like is shared only if it "
          "says so itself, as by public; shared: it always is."),
  };
}

std::vector<Row<Route>> rows_of_key() {
  return {
      key("query", &Route::query, Query{},
          "What of the query is part of the key. The rest is not sent on either, unless forward: all."),
      key("headers", &Route::headers, field_names(), "Request header fields that are part of the key."),
      key("cookies", &Route::cookies, Cookies{},
          "refuse: they identify the client; ignore: they are not sent; a list: those are part of the key, "
          "and the others not sent; a map of key and ignore: the others identify the client."),
      key("tags", &Route::tags, Tags{}, "Names that a purge can use, as product:{id}."),
      key("purge", &Route::purge, Purge{},
          "What a write purges: resource: its URL and collection; or none; or urls and tags as well."),
      key("vary", &Route::vary, Vary{},
          "What is sent of a request field, so that few variants are stored: as {Origin: ignore, "
          "Accept-Language: [en, de]}. ignore: nothing; a list: the one of it that the client prefers, or "
          "the first. A default's and the route's go together.")
          .shown_if([](const Route& route) { return !route.vary.empty(); }),
      key("request", &Route::request, RequestFields{},
          "What is done to the fields of requests when they are sent. In values {host}, {scheme} and {names} "
          "of "
          "the match; {client}, its address, with cache: off alone.")
          .shown_if([](const Route& route) { return !route.request.empty(); }),
      key("response", &Route::response, ResponseFields{},
          "What is done to the fields of responses when they leave, hits too. What is stored stays whole. In "
          "values {host}, {scheme} and {names} of the match.")
          .shown_if([](const Route& route) { return route.response != policy::ResponseRule{}; }),
      key("access", &Route::access, Optional<ClientAccess>{},
          "The clients that may ask, by their addresses; others get 403, on hits too and by whatever "
          "spelling "
          "of the path."),
      key("respond", &Route::respond, Optional<Respond>{}, "What larder answers itself, without an upstream.")
          .own(),
      key("redirect", &Route::redirect, Optional<Redirect>{},
          "Where larder itself sends clients: a path or URL, or a map of to and status.")
          .own(),
      key("cors", &Route::cors, Optional<Cors>{},
          "Which pages of other origins may read responses: larder answers their preflights, and writes "
          "Access-Control-* for each request, hits too, in place of the origin's."),
  };
}

std::vector<Row<Route>> rows_of_rest(const RouteContext* context) {
  using policy::Collapse;
  return {
      key("consistency", &Route::strict, Choices<bool>{{{"push", false}, {"strict", true}}},
          "Other instances see a purge when their log does; or strict: a hit asks Redis first whether there "
          "is a purge "
          "that this instance has not seen."),
      key("collapse", &Route::collapse,
          Choices<Collapse>{
              {{"off", Collapse::off}, {"local", Collapse::local}, {"cluster", Collapse::cluster}}},
          "Who shares one fetch: all larders on this Redis; or local (without Redis always): the clients of "
          "this "
          "larder; or off: each miss fetches for itself."),
      key("websocket", &Route::websocket, a_switch,
          "on: a request may open a WebSocket; other upgrades are dropped. It ends when nothing has come "
          "either way "
          "for the upstream's tunnel."),
      key("debug", &Route::debug, a_switch, "on: X-Cache-Key, X-Cache-Tags and X-Cache-TTL in responses."),
      key("warm", &Route::warm, Optional<WarmSection>{WarmSection(context)},
          "What is fetched before anybody asks.")
          .own(),
  };
}

/// Without a context (nullptr) nothing can be read.
Table<Route> route_keys(const RouteContext* context) {
  Table<Route> table{{
      key("name", &Route::name, Scalar<std::string>{read_name, same_text, name_schema},
          "What logs and figures call it. Without it, the first of its matches.")
          .own()
          .shown_if([](const Route& route) {
            return route.name != route.match.front() || route.when.looks_at_fields();
          }),
      key("host", &Route::hosts, Hosts(context),
          "Of requests that it takes, or a list: as shop.example at every port, shop.example:8080 or "
          "*.shop.example, one label more. Without it, all.")
          .own()
          .shown_if([](const Route& route) { return !route.hosts.empty(); }),
      key("match", &Route::match, Matches{},
          "A path or a list: segments that are literal, or hold * or {name}; {name**} is one or more, ** any "
          "number.")
          .own(),
      key("upstream", &Route::upstream, a_text, "The name of an upstream; needed if there are several."),
      key("methods", &Route::methods, Methods{}, "The methods that the route takes. Without it: all.")
          .own()
          .shown_if([](const Route& route) { return !route.methods.empty(); }),
      key("when", &Route::when, When{},
          "What a request must have besides, all of it: headers, query, cookies, each with a value, a glob "
          "or "
          "a list. With headers or cookies name is needed, which then is in the key.")
          .own()
          .shown_if([](const Route& route) { return !route.when.empty(); }),
  }};
  for (const auto& rows : {rows_of_lifetimes(), rows_of_caching(), rows_of_key(), rows_of_rest(context)}) {
    table.rows.insert(table.rows.end(), rows.begin(), rows.end());
  }
  if (context == nullptr) return table;
  table.check = [context](Map& map, const Value& section, Route& route) {
    check_route(map, section, route, *context);
  };
  return table;
}

}  // namespace

Table<Route> route_keys_by_default(const Config* config) {
  Table<Route> table = route_keys(nullptr);
  if (config == nullptr) return table;
  table.check = [config](Map& map, const Value&, Route& route) { check_route_defaults(map, route, *config); };
  return table;
}

std::optional<std::vector<Route>> Routes::read(const Value& value, const Config& config) const {
  if (!value.is_list()) {
    value.mismatch("a list of routes");
    return std::nullopt;
  }
  std::vector<Route> routes;
  EarlierRoutes earlier(routes);
  const RouteContext context{config, earlier};
  const Table<Route> table = route_keys(&context);
  std::map<std::string, Place> names;
  for (const Value& item : value.items()) {
    const Value named(item.node(), title(item.node(), routes.size() + 1), item.source());
    Route route = config.defaults.route;
    // Who shares the store shares the fetches, too.
    if (!config.store.redis && route.collapse == policy::Collapse::cluster)
      route.collapse = policy::Collapse::local;
    const std::size_t errors_before = item.source().errors();
    read_keys(named, table, route);
    refuse_known_name(named, names);
    const bool has_hosts = item.is_map() && (item.node().find("host") == nullptr || !route.hosts.empty());
    const bool is_known = has_known_match(item, item.source().errors() != errors_before, route);
    const bool can_match = compile_match(route) && has_hosts && is_known && !is_hidden(named, route, earlier);
    if (can_match) warn_where_reading_purges(named, route, routes);
    routes.push_back(std::move(route));
    if (can_match) earlier.add(routes.size() - 1);
  }
  return routes;
}

Node Routes::write(const std::vector<Route>& routes) const {
  const Table<Route> table = route_keys(nullptr);
  Table<Route> of_own_answers = table;
  std::erase_if(of_own_answers.rows, [](const Row<Route>& row) { return !goes_with_own_answer(row.name); });
  Node list = Node::list();
  for (const Route& route : routes) {
    list.push_back(write_keys(policy::is_own_answer(route) ? of_own_answers : table, route));
  }
  return list;
}

json::object Routes::schema() const {
  json::object included{{"type", "string"}, {"minLength", 1}, {"description", about_include}};
  json::object include = section_schema({{"include", std::move(included)}}, {"include"});
  return {{"type", "array"}, {"items", either_schema(schema_of(route_keys(nullptr)), std::move(include))}};
}

void Routes::list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const {
  list_keys(route_keys(nullptr), path + "[].", takes, entries);
  entries.push_back({path + "[].include", "none", std::string(about_include), takes});
}

}  // namespace larder::config
