#include "context.hpp"

#include <larder/cache/settings.hpp>

namespace larder::cache {

Keeping keeping_of(const Context& context, const Transaction& transaction) {
  return {context.store, context.log, transaction.settings->max_object, context.coordinator.buffered(),
          steady_now() + limits_of(transaction).total};
}

}  // namespace larder::cache
