#pragma once

#include "exchange_pool.hpp"
#include "waiting_list.hpp"

#include <larder/base/address_set.hpp>
#include <larder/base/clock.hpp>
#include <larder/pipeline/access_log.hpp>
#include <larder/pipeline/handler.hpp>
#include <larder/server/responses.hpp>
#include <larder/server/server.hpp>

#include <boost/asio/io_context.hpp>

#include <memory>

namespace larder::server {

/// What the sessions of one worker share.
struct SessionContext {
  boost::asio::io_context& loop;
  pipeline::Handler& handler;
  const Clock& clock;
  Settings settings;
  pipeline::AccessSink* refusals;  ///< of requests that the handler does not see; or nullptr
  Occupancy& occupancy;
  Responses responses{};
  ExchangePool exchange_pool{};
  WaitingList waiting{};
  /// `trusted_proxies`: fronts of many clients, and on listeners that have headers of the PROXY protocol the
  /// only ones that may connect.
  std::shared_ptr<const AddressSet> proxies = std::make_shared<const AddressSet>();
  bool is_draining = false;  ///< each connection ends with the answer it owes
};

}  // namespace larder::server
