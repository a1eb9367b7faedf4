#include "address.hpp"
#include "sections.hpp"

#include <larder/base/text.hpp>
#include <larder/base/token.hpp>
#include <larder/policy/sites.hpp>
#include <larder/policy/warming_fields.hpp>

#include <algorithm>
#include <charconv>

namespace larder::config {
namespace {

using policy::Route;
using policy::WarmRule;

constexpr std::string_view path_example = "a path such as \"/api/products?page=1\"";

/// A request target in origin form: visible ASCII and no fragment.
bool check_target(const Value& value, const std::string& text) {
  const bool is_plain =
      std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f && c != '#' && c != '\\'; });
  if (!text.starts_with('/') || text.starts_with("//") || !is_plain) {
    value.mismatch(path_example, text);
  } else if (text.find_first_of("*{}") != text.npos) {
    value.error(quoted(text) +
                " is a pattern, of which no page can be asked for: name each, or use sitemap or hottest");
  } else {
    return true;
  }
  return false;
}

/// Where a path of a site is asked for.
http::Target target_at(http::Target site, const std::string& text) {
  const std::size_t mark = text.find('?');
  site.path = text.substr(0, mark);
  site.query.reset();
  if (mark != text.npos) site.query = text.substr(mark + 1);
  return site;
}

/// Who is asked for the URLs of a route.
struct Asked {
  Route route;  ///< its patterns are made, unless its match is broken
  bool has_patterns = false;
  http::Target at;         ///< without a site, which is reported, of no host
  http::FieldList fields;  ///< that are sent
  const EarlierRoutes& earlier;
};

/// Whether the route is the one that a request for the target meets.
bool check_url(const Value& value, const std::string& text, const Asked& asked) {
  if (!check_target(value, text)) return false;
  const http::Target target = target_at(asked.at, text);
  const Route* const earlier = asked.earlier.first_for_get(target, asked.fields);
  const bool is_matched = asked.has_patterns && policy::takes_host(asked.route, target) &&
                          policy::takes_path(asked.route, target.path);
  const bool has_query = policy::holds_by_query(asked.route.when, target);
  if (is_matched && has_query && earlier == nullptr) return true;
  value.error(quoted(text) + (earlier != nullptr
                                  ? " is taken by the route " + quoted(earlier->name) + " before it"
                                  : std::string(is_matched ? " lacks what the route's when.query asks for"
                                                           : " is not matched by the route")));
  return false;
}

std::optional<std::string> read_site(const Value& value, const Config& config) {
  const std::optional<Server> server = server_url(value);
  if (!server) return std::nullopt;
  const bool is_secure = server->scheme == "https";
  // What a trusted front has clients ask for is its affair.
  const bool is_served =
      !config.trusted_proxies.empty() || std::ranges::any_of(config.listen, [&](const Listen& listener) {
        return listener.tls.has_value() == is_secure;
      });
  if (!is_served) {
    value.warning("no listener speaks " + server->scheme + ": clients will ask for it by another scheme");
  }
  const std::string with_port = format_server(*server);
  const std::string suffix = is_secure ? ":443" : ":80";
  return with_port.ends_with(suffix) ? with_port.substr(0, with_port.size() - suffix.size()) : with_port;
}

std::optional<std::string> read_sitemap(const Value& value) {
  std::optional<std::string> text = value.text(path_example);
  if (!text || !check_target(value, *text)) return std::nullopt;
  return text;
}

std::optional<decltype(WarmRule::headers)> read_request_headers(const Value& value) {
  if (!value.is_map()) {
    value.mismatch("a map of headers");
    return std::nullopt;
  }
  decltype(WarmRule::headers) headers;
  const Map map(value);
  for (const Entry& entry : map.entries()) {
    const std::optional<std::string> text = entry.value.text("a header's value");
    if (!text) continue;
    if (!is_token(entry.key)) {
      value.error_at(entry.place, quoted(entry.key) + " is not a header name");
    } else if (const auto mistake = policy::warming_field_mistake(entry.key)) {
      value.error_at(entry.place, quoted(entry.key) + " cannot be sent: it " + std::string(*mistake));
    }
    if (has_control_byte(*text)) entry.value.error("holds a control byte");
    headers.emplace_back(entry.key, *text);
  }
  return headers;
}

std::optional<policy::Schedule> read_schedule(const Value& value) {
  constexpr std::string_view expected = "cron's five fields, such as \"*/10 * * * *\", that come to pass";
  const std::optional<std::string> text = value.text(expected);
  if (!text) return std::nullopt;
  Result<policy::Schedule> schedule = policy::Schedule::parse(*text);
  if (schedule) return *std::move(schedule);
  value.mismatch(expected, *text);
  return std::nullopt;
}

std::string schedule_text(const policy::Schedule& schedule) {
  return schedule.text();
}

json::object schedule_schema() {
  return pattern_schema("^ *([^ ]+ +){4}[^ ]+ *$");
}

json::object target_schema() {
  return pattern_schema("^/[^# ]*$");
}

void check_route_of(const Value& value, const Route& route) {
  const auto& methods = route.methods;
  const bool has_get = methods.empty() || std::ranges::find(methods, "GET") != methods.end();
  if (!route.cache || !has_get) value.error("the route caches no GET");
}

/// What identifies its sender gets an answer that is not for others, unless the route keys or shares it.
void check_credentials_in(const Value* headers, const WarmRule& rule, const Route& route,
                          const Config& config) {
  Route judged = route;
  judged.credential_fields =
      std::make_shared<policy::CredentialFields>(config.credentials.add, config.credentials.remove);
  for (const auto& [name, value] : rule.headers) {
    http::RequestHead head;
    head.fields.add(name, value);
    if (policy::unkeyed_credential(judged, head, {}) == policy::Reason::none) continue;
    headers->error(quoted(name) +
                   " identifies its sender: what it gets is not for others, unless the route's " +
                   (equal_ignoring_case(name, "Cookie") ? "cookies" : "headers") + " keys it");
  }
}

void check_together(Map& map, const Value& value, const WarmRule& rule, const Route& route,
                    const Config& config) {
  const bool has_paths = map.find("urls") != nullptr || map.find("sitemap") != nullptr;
  const Value* const hottest = map.find("hottest");
  if (!has_paths && hottest == nullptr) value.error("needs urls, a sitemap or hottest");
  if (has_paths && map.find("site") == nullptr) {
    value.error("needs a site, such as http://shop.example, as clients call it");
  }
  const Value* const headers = map.find("headers");
  if (headers != nullptr && map.find("site") == nullptr)
    headers->error("needs a site, to which alone they are sent");
  check_when_of_warm(value, headers, rule, route);
  check_credentials_in(headers, rule, route, config);
  if (rule.hottest != 0 && !config.store.redis) {
    hottest->error("needs store.redis, which remembers what was asked for");
  }
  if (!rule.at_start && !rule.schedule) value.error("needs a schedule if at_start is off");
  if (rule.schedule && !route.honor_request_directives) {
    map.find("schedule")
        ->warning(
            "with \"request_directives: ignore\" a run fetches what has ended, and nothing that will before "
            "the next");
  }
}

/// `http://shop.example`, which some listener serves.
struct Site {
  const Config* config;

  std::optional<std::string> read(const Value& value) const { return read_site(value, *config); }
  Node write(const std::string& site) const { return text_node(site); }
  json::object schema() const { return pattern_schema("^[Hh][Tt][Tt][Pp][Ss]?://[^/?#@]+/?$"); }
};

/// Paths of the route.
struct Urls {
  const RouteContext* context;
  const Route* route;

  std::optional<std::vector<std::string>> read(const Value& value, const WarmRule& rule) const {
    Asked asked{.route = *route,
                .at = policy::Sites(context->config.sites).target_at(rule.site),
                .fields = policy::warming_fields(rule),
                .earlier = context->earlier};
    asked.has_patterns = compile_match(asked.route);
    return list_of(value, "a list of paths",
                   [&](const Value& item, const std::string& text) { return check_url(item, text, asked); });
  }

  Node write(const std::vector<std::string>& urls) const { return list_node(urls); }
  json::object schema() const { return list_schema(target_schema()); }
};

/// Whether the value of a field may be shown: one of those that say what a client can read, and no secret.
bool is_shown(std::string_view name) {
  return starts_with_ignoring_case(name, "Accept") || equal_ignoring_case(name, "User-Agent") ||
         starts_with_ignoring_case(name, "Sec-");
}

/// A map of fields to be sent.
struct RequestHeaders {
  using Fields = decltype(WarmRule::headers);

  std::optional<Fields> read(const Value& value) const { return read_request_headers(value); }

  Node write(const Fields& fields) const {
    Node map = Node::map();
    map.set_flow();
    for (const auto& [name, value] : fields) {
      map.insert(name, text_node(is_shown(name) ? value : "***"));
    }
    return map;
  }

  json::object schema() const { return map_schema(any_text_schema()); }
};

Table<WarmRule> warm_keys(const RouteContext* context, const Route* route) {
  Table<WarmRule> table{{
      key("site", &WarmRule::site, Site{context == nullptr ? nullptr : &context->config},
          "As clients call it: what keys begin with.")
          .shown_if([](const WarmRule& rule) { return !rule.site.empty(); }),
      // Before what is asked with them.
      key("headers", &WarmRule::headers, RequestHeaders{},
          "To be sent, as clients do, for responses with Vary. With it hottest means those of site alone."),
      key("urls", &WarmRule::urls, Urls{context, route}, "Paths of this route, as /api/products?page=1."),
      key("sitemap", &WarmRule::sitemap, Scalar<std::string>{read_sitemap, same_text, target_schema},
          "Its path: those of its pages that this route answers; from the same site.")
          .shown_if([](const WarmRule& rule) { return !rule.sitemap.empty(); }),
      key("hottest", &WarmRule::hottest, Number<std::size_t>{0, 10'000},
          "How many of those most asked for lately, of every site; needs store.redis, which remembers them."),
      key("at_start", &WarmRule::at_start, a_switch, "When larder starts."),
      key("schedule", &WarmRule::schedule,
          Optional<Scalar<policy::Schedule>>{{read_schedule, schedule_text, schedule_schema}},
          "Cron's five fields, UTC, as */10 * * * *; one larder of many does it. Without it, never."),
      key("concurrency", &WarmRule::concurrency, Number<std::size_t>{1, 64}, "Requests at once, 1 to 64."),
      key("retries", &WarmRule::retries, Number<std::size_t>{0, 10}, "Of what failed, after 1s, 2s, 4s, ..."),
  }};
  if (context == nullptr) return table;
  table.check = [context, route](Map& map, const Value& section, WarmRule& rule) {
    check_route_of(section, *route);
    check_together(map, section, rule, *route, context->config);
  };
  return table;
}

}  // namespace

WarmSection::WarmSection(const RouteContext* context)
    : Section{warm_keys(nullptr, nullptr)}, context_(context) {}

std::optional<WarmRule> WarmSection::read(const Value& value, const Route& route) const {
  return Section<WarmRule>{warm_keys(context_, &route)}.read(value);
}

}  // namespace larder::config
