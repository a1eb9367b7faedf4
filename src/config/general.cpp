#include "address.hpp"
#include "scalars.hpp"
#include "sections.hpp"

#include <charconv>

namespace larder::config {
namespace {

constexpr unsigned most_threads = 256;

std::optional<Logging::Format> read_log_format(const Value& value) {
  using enum Logging::Format;
  return one_of(value,
                std::array{Choice<Logging::Format>{"json", json}, Choice<Logging::Format>{"common", common}});
}

std::optional<Logging::Access> read_log_access(const Value& value) {
  const std::optional<bool> on = on_off(value);
  if (!on) return std::nullopt;
  return *on ? Logging::Access::on : Logging::Access::off;
}

void read_log(const Value& value, Logging& log) {
  read_map(value, "log", [&](Map& map) {
    map.read("level", log.level, read_log_level);
    map.read("access", log.access, read_log_access);
    map.read("format", log.format, read_log_format);
    map.read("file", log.file, any_text);
    const Value* const file = map.find("file");
    if (!log.file.empty() && log.access == Logging::Access::off) {
      file->error("is where the access log goes, and that is off: add access: on");
    }
  });
}

void read_purge_method(const Value& value, PurgeMethod& purge_method) {
  read_map(value, "purge_method", [&](Map& map) { map.read("allow", purge_method.allow, addresses); });
}

}  // namespace

std::optional<std::vector<Listen>> read_listen(const Value& value) {
  std::vector<Value> items;
  std::vector<Listen> listeners;
  std::vector<std::string> canonical;
  for (const Value& item : value.items()) {
    std::optional<Listen> listener = read_listener(item);
    if (!listener) continue;
    const std::string address = canonical_listen_address(listener->address);
    listeners.push_back(*std::move(listener));
    if (address.empty()) continue;
    items.push_back(item);
    canonical.push_back(address);
  }
  refuse_repeated(items, canonical);
  if (value.is_list() && value.items().empty()) value.error("must not be empty");
  if (listeners.empty()) return std::nullopt;
  return listeners;
}

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

std::optional<std::string> read_log_level(const Value& value) {
  const std::vector<std::string> levels{"trace", "debug", "info", "warn", "error", "off"};
  const std::optional<std::size_t> position = choose(value, levels);
  if (!position) return std::nullopt;
  return levels[*position];
}

void read_config(const Value& root, Config& config) {
  read_map(root, "", [&](Map& map) {
    map.read("listen", config.listen, read_listen);
    map.read("threads", config.threads, read_threads);
    if (const Value* admin = map.find("admin")) config.admin = read_admin(*admin, config.listen);
    map.read("sites", config.sites, read_sites);
    if (const Value* limits = map.find("limits")) read_limits(*limits, config.limits);
    if (const Value* credentials = map.find("credentials")) {
      read_credentials(*credentials, config.credentials);
    }
    if (const Value* upstreams = map.find("upstreams")) {
      config.upstreams = read_upstreams(*upstreams);
    } else {
      root.error("\"upstreams\" is missing: larder needs at least one").settled_by = "--upstream";
    }
    if (const Value* purge = map.find("purge_method")) read_purge_method(*purge, config.purge_method);
    if (const Value* store = map.find("store")) read_store(*store, config.store);
    if (const Value* routes = map.find("routes")) read_routes(*routes, config);
    map.read("shutdown_grace", config.shutdown_grace, duration);
    if (const Value* log = map.find("log")) read_log(*log, config.log);
  });
}

}  // namespace larder::config
