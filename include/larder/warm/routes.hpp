#pragma once

#include <larder/policy/route_table.hpp>

#include <memory>

namespace larder::warm {

/// The routes of one configuration, kept alive by those that use them.
using RoutesPtr = std::shared_ptr<const policy::RouteTable>;

}  // namespace larder::warm
