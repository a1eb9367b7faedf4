#include <larder/config/load.hpp>
#include <larder/config/update.hpp>

namespace larder::config {
namespace {

/// All that routes say; there are no secrets in it.
std::string text_of(const std::vector<policy::Route>& routes) {
  Config config;
  config.routes = routes;
  return to_yaml(config);
}

/// Puts back what runs where it differs.
class Keeper {
 public:
  explicit Keeper(std::vector<std::string>& kept) : kept_(kept) {}

  template <class Setting>
  void keep(const char* key, const Setting& running, Setting& fresh) {
    if (fresh == running) return;
    fresh = running;
    kept_.emplace_back(key);
  }

 private:
  std::vector<std::string>& kept_;
};

}  // namespace

Update update_of(const Config& running, Config fresh) {
  Update update;
  Keeper keeper(update.kept);
  keeper.keep("listen", running.listen, fresh.listen);
  keeper.keep("threads", running.threads, fresh.threads);
  keeper.keep("admin", running.admin, fresh.admin);
  keeper.keep("store.memory", running.store.memory, fresh.store.memory);
  keeper.keep("store.max_object", running.store.max_object, fresh.store.max_object);
  keeper.keep("store.max_lifetime", running.store.max_lifetime, fresh.store.max_lifetime);
  keeper.keep("store.purge_log", running.store.purge_log, fresh.store.purge_log);
  keeper.keep("store.redis", running.store.redis, fresh.store.redis);
  keeper.keep("log.access", running.log.access, fresh.log.access);
  keeper.keep("log.format", running.log.format, fresh.log.format);
  keeper.keep("log.file", running.log.file, fresh.log.file);
  keeper.keep("limits", running.limits, fresh.limits);
  update.has_new_routes = running.sites != fresh.sites || running.credentials != fresh.credentials ||
                          running.purge_method != fresh.purge_method ||
                          text_of(running.routes) != text_of(fresh.routes);
  update.config = std::move(fresh);
  return update;
}

}  // namespace larder::config
