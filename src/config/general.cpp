#include "address.hpp"
#include "route_kinds.hpp"
#include "sections.hpp"

#include <algorithm>
#include <charconv>

namespace larder::config {
namespace {

constexpr unsigned most_threads = 256;

std::string threads_text(const unsigned& threads) {
  return threads == 0 ? "auto" : std::to_string(threads);
}

json::object threads_schema() {
  return AutoOr<Number<unsigned>>{{1, most_threads}}.schema();
}

Table<PurgeMethod> purge_method_keys() {
  return {{
      key("allow", &PurgeMethod::allow, Addresses{}, "Addresses and networks, as 10.0.0.0/8."),
  }};
}

/// Anybody else could name any client.
void check_proxy_protocol(Map& map, const Config& config) {
  const bool is_spoken = std::ranges::any_of(config.listen, &Listen::proxy_protocol);
  const Value* const listen = map.find("listen");
  if (!is_spoken || !config.trusted_proxies.empty() || listen == nullptr) return;
  listen->error("\"proxy_protocol\" needs \"trusted_proxies\": the addresses of those that may speak it");
}

/// A front's address is no client's.
void check_purge_method(Map& map, const Config& config) {
  const Value* const purge_method = map.find("purge_method");
  if (purge_method == nullptr || !config.purge_method.allow.overlaps(config.trusted_proxies.addresses))
    return;
  purge_method->warning(
      "some of \"allow\" are trusted_proxies: a PURGE that such a proxy sends counts for the client it "
      "names, and is 405 if it names none");
}

void check_config(Map& map, const Value& root, Config& config) {
  check_proxy_protocol(map, config);
  if (const Value* const defaults = map.find("defaults")) check_default_upstream(*defaults, config);
  check_purge_method(map, config);
  if (map.find("upstreams") != nullptr) return;
  root.error("\"upstreams\" is missing: larder needs at least one").settled_by = "--upstream";
}

}  // namespace

std::optional<unsigned> read_threads(const Value& value) {
  constexpr std::string_view expected = "auto or a number from 1 to 256";
  const std::optional<std::string> text = value.text(expected);
  if (!text) return std::nullopt;
  if (*text == "auto") return 0;
  unsigned threads = 0;
  const char* const end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, threads);
  if (error == std::errc{} && stop == end && threads >= 1 && threads <= most_threads) return threads;
  value.mismatch(expected, *text);
  return std::nullopt;
}

Table<Config> config_keys() {
  return {
      {
          key("listen", &Config::listen, Listeners{},
              "Where to listen: an address, or a list of some. Port 0: any free one.")
              .takes_restart(),
          key("threads", &Config::threads, Scalar<unsigned>{read_threads, threads_text, threads_schema},
              "Event loops: 1 to 256. auto: one a core.")
              .takes_restart(),
          key("admin", &Config::admin, Optional<AdminSection>{},
              "Purges, health and figures over HTTP, never on the public port.")
              .takes_restart(),
          key("limits", &Config::limits, Section<Limits>{limits_keys()}, "Of clients' connections.")
              .takes_restart(),
          key("sites", &Config::sites, Sites{},
              "Other names of a site, replaced before a request is routed, keyed, sent on or purges "
              "anything: "
              "lists of host, host:port, or host:* for every port.")
              .takes_new_routes()
              .shown_if([](const Config& config) { return !config.sites.empty(); }),
          key("trusted_proxies", &Config::trusted_proxies, Proxies{},
              "Proxies in front that are believed about the client: a list of addresses and networks, or a "
              "map.")
              .takes_new_routes()
              .shown_if([](const Config& config) { return !config.trusted_proxies.empty(); }),
          key("credentials", &Config::credentials, Section<Credentials>{credentials_keys(), true},
              "Request fields that identify the client.")
              .takes_new_routes(),
          key("tag_fields", &Config::tag_fields, tag_field_names(),
              "Response fields whose values are tags, besides Cache-Groups. Surrogate-Key and xkey are split "
              "at "
              "spaces, Cache-Tag at commas, others at both.")
              .takes_new_routes(),
          key("purge_method", &Config::purge_method, Section<PurgeMethod>{purge_method_keys(), true},
              "Clients whose PURGE purges its URL; everybody else's is 405, as BAN always is, and so is one "
              "by a trusted proxy that names no client.")
              .takes_new_routes(),
          key("store", &Config::store, Section<Store>{store_keys()}, "Where responses are kept."),
          key("defaults", &Config::defaults, DefaultsSection{},
              "What routes and upstreams say that do not say otherwise: a key of their own replaces the "
              "default's whole.")
              .shown_if([](const Config& config) { return config.defaults != Defaults{}; }),
          key("upstreams", &Config::upstreams, Upstreams{},
              "The servers to ask, by any name. There is at "
              "least one."),
          key("routes", &Config::routes, Routes{},
              "The first that matches wins. Where none does, or it has no ttl, only what the origin itself "
              "made cacheable is stored.")
              .takes_new_routes(),
          key("shutdown_grace", &Config::shutdown_grace, a_duration,
              "How long requests under way may take after SIGTERM."),
          key("log", &Config::log, Section<Logging>{log_keys(), true}, "What is logged."),
      },
      check_config};
}

}  // namespace larder::config
