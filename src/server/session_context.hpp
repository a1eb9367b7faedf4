#pragma once

#include "exchange_pool.hpp"
#include "waiting_list.hpp"

#include <larder/base/clock.hpp>
#include <larder/pipeline/access_log.hpp>
#include <larder/pipeline/handler.hpp>
#include <larder/server/responses.hpp>
#include <larder/server/server.hpp>

#include <boost/asio/io_context.hpp>

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
  bool is_draining = false;  ///< each connection ends with the answer it owes
};

}  // namespace larder::server
