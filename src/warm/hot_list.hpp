#pragma once

#include <larder/policy/route.hpp>

#include <string>

namespace larder::warm {

/// What the list of a route's hottest URLs is called: routes of other hosts may have the same match, and so
/// name.
inline std::string hot_list_of(const policy::Route& route) {
  std::string list = route.name;
  for (const policy::HostPattern& host : route.hosts) list.append(" ").append(host.text());
  return list;
}

}  // namespace larder::warm
