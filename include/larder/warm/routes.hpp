#pragma once

#include <larder/policy/route.hpp>

#include <memory>
#include <vector>

namespace larder::warm {

/// The routes of one configuration, kept alive by those that use them.
using RoutesPtr = std::shared_ptr<const std::vector<policy::Route>>;

}  // namespace larder::warm
