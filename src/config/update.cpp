#include "sections.hpp"

#include <larder/config/update.hpp>

namespace larder::config {

Update update_of(const Config& running, Config fresh) {
  Update update;
  settle_keys(config_keys(), running, fresh, "", update);
  update.config = std::move(fresh);
  return update;
}

}  // namespace larder::config
