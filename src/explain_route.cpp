#include "explain_route.hpp"

#include "settings.hpp"

#include <larder/policy/folded_path.hpp>
#include <larder/policy/route_table.hpp>

#include <algorithm>
#include <fmt/format.h>

namespace larder {
namespace {

using policy::Route;

constexpr std::size_t most_told = 20;
constexpr std::size_t longest_list = 100;

template <class Texts, class TextOf>
std::string joined(const Texts& texts, TextOf text_of) {
  std::string all;
  for (const auto& one : texts) all.append(all.empty() ? "" : ", ").append(text_of(one));
  return all.size() <= longest_list ? all : all.substr(0, longest_list) + "...";
}

std::string all_of(const std::vector<std::string>& texts) {
  return joined(texts, [](const std::string& text) { return text; });
}

std::string matches_of(const Route& route) {
  return all_of(route.match);
}

std::string hosts_of(const Route& route) {
  return joined(route.hosts, [](const policy::HostPattern& host) { return host.text(); });
}

std::string line_of(const policy::RouteTable& routes, std::size_t number, const std::string& what) {
  return fmt::format("{}. \"{}\" {}", number + 1, routes.list()[number].name, what);
}

/// Why a route that does not take the request does not.
std::string reason_of(const Route& route, const http::RequestHead& head, const http::Target& target) {
  if (!policy::takes_host(route, target)) return "is for another host: " + hosts_of(route);
  if (!policy::takes_path(route, target.path)) return "is for another path: " + matches_of(route);
  if (!policy::takes_method(route.methods, head.method)) {
    return "is for another method: " + all_of(route.methods);
  }
  return "needs " + all_of(policy::unmet(route.when, head, target));
}

std::string taking(const Route& route, const http::Target& target) {
  std::string text = "takes it: match " + matches_of(route);
  if (!route.hosts.empty()) text += ", host " + hosts_of(route);
  if (!route.when.empty()) text += ", when " + all_of(policy::words_of(route.when));
  for (const auto& [name, value] : policy::captures_of(route, target.path)) {
    text += fmt::format(", {{{}}} is \"{}\"", name, value);
  }
  return text + (route.cache ? "" : "; it caches nothing");
}

}  // namespace

std::optional<std::vector<std::string>> explain_route(const config::Config& config, const std::string& url,
                                                      const http::RequestHead& head) {
  const cache::Settings settings = cache_settings(config);
  const http::Target target = settings.sites.target_at(url);
  if (target.host.empty()) return std::nullopt;
  const policy::RouteTable& routes = settings.routes;
  const policy::RouteChoice choice = routes.choose(head, target);
  const Route* const taker = choice.route;
  const std::size_t end =
      taker == nullptr ? routes.size() : static_cast<std::size_t>(taker - routes.list().data());
  const std::size_t begin = end - std::min(end, most_told);
  std::vector<std::string> lines{
      fmt::format("{} {}://{}{}", head.method, target.scheme, target.authority(), target.origin_form())};
  if (begin != 0) lines.push_back(fmt::format("{} routes before these do not take it", begin));
  for (std::size_t i = begin; i < end; ++i) {
    lines.push_back(line_of(routes, i, reason_of(routes.list()[i], head, target)));
  }
  lines.push_back(taker == nullptr
                      ? std::string("No route takes it: what the response says of itself decides")
                      : line_of(routes, end, taking(*taker, target)));
  if (!choice.vary.empty()) lines.push_back("Other routes would, with other fields: Vary: " + choice.vary);
  const auto protector = routes.folded().protector_of(head, target, policy::spelling_of(target.path));
  if (protector && (taker == nullptr || taker->cache)) {
    lines.push_back(
        line_of(routes, *protector, "is for what an origin may read the path as: nothing is cached"));
  }
  return lines;
}

}  // namespace larder
