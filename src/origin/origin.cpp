#include "exchange.hpp"
#include "pool.hpp"

#include <larder/origin/origin.hpp>

namespace larder::origin {
namespace {

/// RFC 9110, section 9.2.2: what was perhaps done already may be asked for again only where that changes
/// nothing more. Content that was streamed is gone.
bool may_repeat(const pipeline::Request& request) {
  return http::is_idempotent(request.head.method) && !request.body.is_streamed();
}

bool is_broken(const boost::system::error_code& error) {
  return error == Error::closed || error == Error::reset;
}

}  // namespace

Origin::Origin(const std::vector<Settings>& upstreams, Log& log) {
  for (const Settings& settings : upstreams) {
    pools_.emplace(settings.name, std::make_shared<Pool>(settings, log));
  }
}

Origin::~Origin() = default;

Task<Result<pipeline::Response>> Origin::handle(pipeline::Request& request) {
  const auto found = pools_.find(request.upstream);
  if (found == pools_.end()) co_return Error::unavailable;
  const std::shared_ptr<Pool> pool = found->second;
  const bool repeatable = may_repeat(request);
  boost::system::error_code first_failure;
  if (std::unique_ptr<Connection> used = pool->take_unused()) {
    const auto exchange = std::make_shared<Exchange>(pool, std::move(used));
    Result<pipeline::Response> response = co_await exchange->run(request);
    if (response || exchange->has_received() || !repeatable || !is_broken(response.error()))
      co_return response;
    first_failure = response.error();
  }
  Result<std::unique_ptr<Connection>> connection = co_await pool->connect();
  // Unavailable says that the server was never reached: not where it may have seen the first attempt.
  if (!connection) co_return first_failure ? first_failure : connection.error();
  const auto exchange = std::make_shared<Exchange>(pool, std::move(*connection));
  Result<pipeline::Response> response = co_await exchange->run(request);
  co_return response;
}

void Origin::close() {
  for (auto& [name, pool] : pools_) pool->close();
}

}  // namespace larder::origin
