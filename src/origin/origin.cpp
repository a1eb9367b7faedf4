#include "exchange.hpp"
#include "upstream.hpp"

#include <larder/origin/origin.hpp>

#include <algorithm>

namespace larder::origin {
namespace {

/// RFC 9110, section 9.2.2: what was perhaps done already may be asked for again only if that changes
/// nothing more. Content that was streamed is gone.
bool may_repeat(const pipeline::Request& request) {
  return http::is_idempotent(request.head.method) && !request.body.is_streamed();
}

bool is_over(const std::weak_ptr<const void>& generation) {
  return generation.expired();
}

bool is_broken(const boost::system::error_code& error) {
  return error == Error::closed || error == Error::reset;
}

}  // namespace

Origin::Origin(const std::vector<Settings>& upstreams, Log& log, std::shared_ptr<OutageNotices> outages)
    : outages_(outages != nullptr ? std::move(outages) : std::make_shared<OutageNotices>(log)) {
  adopt(upstreams, {});
}

Origin::~Origin() = default;

Task<Result<pipeline::Response>> Origin::handle(pipeline::Request& request) {
  const auto found = places_.find(request.upstream);
  if (found == places_.end()) co_return Error::unavailable;
  const std::shared_ptr<Upstream> upstream = found->second.upstream;
  const bool repeatable = may_repeat(request);
  boost::system::error_code first_failure;
  if (std::unique_ptr<Connection> used = upstream->take_unused(request, repeatable)) {
    const auto exchange = std::make_shared<Exchange>(upstream, std::move(used));
    Result<pipeline::Response> response = co_await exchange->run(request);
    if (response || exchange->has_received() || !repeatable || !is_broken(response.error())) {
      exchange->note_outcome(response.error());
      co_return response;
    }
    first_failure = response.error();
  }
  Result<std::unique_ptr<Connection>> connection = co_await upstream->connect(request);
  // Unavailable says that the server was never reached: not if it may have seen the first attempt.
  if (!connection) co_return first_failure ? first_failure : connection.error();
  const auto exchange = std::make_shared<Exchange>(upstream, std::move(*connection));
  Result<pipeline::Response> response = co_await exchange->run(request);
  exchange->note_outcome(response.error());
  co_return response;
}

void Origin::adopt(const std::vector<Settings>& upstreams, const std::weak_ptr<const void>& earlier) {
  std::erase_if(earlier_, is_over);
  earlier_.push_back(earlier);
  for (auto& [name, place] : places_) {
    if (!place.needed_by) place.needed_by = earlier_;
  }
  for (const Settings& settings : upstreams) {
    Place& place = places_[settings.name];
    place.needed_by.reset();
    if (place.upstream != nullptr && place.upstream->settings() == settings) continue;
    if (place.upstream != nullptr) replaced_.emplace_back(place.upstream);
    place.upstream = std::make_shared<Upstream>(settings, outages_);
  }
  forget_unneeded();
}

/// A request looks its upstream up when it asks: what is needed no longer goes with a later adopt().
void Origin::forget_unneeded() {
  std::erase_if(places_, [this](const auto& one) {
    const Place& place = one.second;
    const bool is_unneeded = place.needed_by && std::ranges::all_of(*place.needed_by, is_over);
    if (is_unneeded) replaced_.emplace_back(place.upstream);  // a response may still be on its way
    return is_unneeded;
  });
  std::erase_if(replaced_, [](const std::weak_ptr<Upstream>& upstream) { return upstream.expired(); });
}

void Origin::close() {
  for (auto& [name, place] : places_) place.upstream->close();
  for (const std::weak_ptr<Upstream>& upstream : replaced_) {
    if (const std::shared_ptr<Upstream> running = upstream.lock()) running->close();
  }
}

}  // namespace larder::origin
