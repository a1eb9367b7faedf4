#include "context.hpp"

#include <larder/cache/settings.hpp>

namespace larder::cache {

Keeping keeping_of(const Context& context, const Transaction& transaction) {
  return {context.store, context.log, transaction.settings->max_object, context.coordinator.buffered(),
          end_of_fill(transaction)};
}

}  // namespace larder::cache
