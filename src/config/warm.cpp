#include "address.hpp"
#include "scalars.hpp"
#include "sections.hpp"

#include <larder/base/token.hpp>

#include <algorithm>
#include <charconv>

namespace larder::config {
namespace {

using policy::Route;
using policy::WarmRule;

constexpr std::size_t most_hottest = 10'000;
constexpr std::size_t most_concurrency = 64;
constexpr std::size_t most_retries = 10;
constexpr std::string_view a_path = "a path such as \"/api/products?page=1\"";

std::optional<std::size_t> number(const Value& value, std::size_t least, std::size_t most) {
  const std::string expected = "a number from " + std::to_string(least) + " to " + std::to_string(most);
  const std::optional<std::string> text = value.text(expected);
  if (!text) return std::nullopt;
  std::size_t number = 0;
  const char* const end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, number);
  if (error == std::errc{} && stop == end && number >= least && number <= most) return number;
  value.mismatch(expected, *text);
  return std::nullopt;
}

/// A request target in origin form: visible ASCII and no fragment.
bool check_target(const Value& value, const std::string& text) {
  const bool is_plain =
      std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f && c != '#' && c != '\\'; });
  if (text.starts_with('/') && !text.starts_with("//") && is_plain) return true;
  value.mismatch(a_path, text);
  return false;
}

std::string path_of(const std::string& target) {
  return target.substr(0, target.find('?'));
}

/// Whether the route is the one that a request for the target meets.
bool check_url(const Value& value, const std::string& text, const Route& route, const Config& config) {
  if (!check_target(value, text)) return false;
  const std::string path = path_of(text);
  const auto earlier = policy::match_route(config.routes, "GET", path);
  if (route.pattern.matches(path) && !earlier) return true;
  value.error(quoted(text) + (earlier
                                  ? " is taken by the route " + quoted(earlier->route->match) + " before it"
                                  : std::string(" is not matched by the route")));
  return false;
}

std::optional<std::string> read_site(const Value& value, const Config& config) {
  const std::optional<Server> server = server_url(value);
  if (!server) return std::nullopt;
  const bool is_secure = server->scheme == "https";
  const bool is_served = std::ranges::any_of(
      config.listen, [&](const Listen& listener) { return listener.tls.has_value() == is_secure; });
  if (!is_served) {
    value.warning("no listener speaks " + server->scheme + ": clients will ask for it by another scheme");
  }
  const std::string with_port = format_server(*server);
  const std::string suffix = is_secure ? ":443" : ":80";
  return with_port.ends_with(suffix) ? with_port.substr(0, with_port.size() - suffix.size()) : with_port;
}

std::optional<std::string> read_sitemap(const Value& value) {
  std::optional<std::string> text = value.text(a_path);
  if (!text || !check_target(value, *text)) return std::nullopt;
  return text;
}

std::optional<decltype(WarmRule::headers)> read_request_headers(const Value& value) {
  if (!value.is_map()) {
    value.mismatch("a map of headers");
    return std::nullopt;
  }
  decltype(WarmRule::headers) headers;
  const Map map(value, "route.warm.headers");
  for (const Entry& entry : map.entries()) {
    const std::optional<std::string> text = entry.value.text("a header's value");
    if (!text) continue;
    if (!is_token(entry.key)) value.error_at(entry.mark, quoted(entry.key) + " is no name of a header");
    if (has_control_byte(*text)) entry.value.error("holds a control byte");
    headers.emplace_back(entry.key, *text);
  }
  return headers;
}

std::optional<std::optional<policy::Schedule>> read_schedule(const Value& value) {
  constexpr std::string_view expected = "cron's five fields, such as \"*/10 * * * *\", that come to pass";
  const std::optional<std::string> text = value.text(expected);
  if (!text) return std::nullopt;
  Result<policy::Schedule> schedule = policy::Schedule::parse(*text);
  if (schedule) return std::optional(*std::move(schedule));
  value.mismatch(expected, *text);
  return std::nullopt;
}

void check_route(const Value& value, const Route& route) {
  const auto& methods = route.methods;
  const bool has_get = methods.empty() || std::ranges::find(methods, "GET") != methods.end();
  if (!route.cache || !has_get) value.error("the route caches no GET");
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
  if (rule.hottest != 0 && !config.store.redis) {
    hottest->error("needs store.redis, which remembers what was asked for");
  }
  if (!rule.at_start && !rule.schedule) value.error("needs a schedule where at_start is off");
  if (rule.schedule && !route.honor_request_directives) {
    map.find("schedule")
        ->warning(
            "with \"request_directives: ignore\" a run fetches what has ended, and nothing that will before "
            "the next");
  }
}

}  // namespace

std::optional<WarmRule> read_warm(const Value& value, const Route& route, const Config& config) {
  WarmRule rule;
  const auto in_route = [&](const Value& item, const std::string& text) {
    return check_url(item, text, route, config);
  };
  read_map(value, "route.warm", [&](Map& map) {
    map.read("site", rule.site, [&](const Value& site) { return read_site(site, config); });
    map.read("urls", rule.urls,
             [&](const Value& urls) { return list_of(urls, "a list of paths", in_route); });
    map.read("sitemap", rule.sitemap, read_sitemap);
    map.read("hottest", rule.hottest, [](const Value& count) { return number(count, 0, most_hottest); });
    map.read("headers", rule.headers, read_request_headers);
    map.read("at_start", rule.at_start, on_off);
    map.read("schedule", rule.schedule, read_schedule);
    map.read("concurrency", rule.concurrency,
             [](const Value& count) { return number(count, 1, most_concurrency); });
    map.read("retries", rule.retries, [](const Value& count) { return number(count, 0, most_retries); });
    check_route(value, route);
    check_together(map, value, rule, route, config);
  });
  return rule;
}

}  // namespace larder::config
