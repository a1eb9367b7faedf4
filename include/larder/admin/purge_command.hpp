#pragma once

#include <larder/admin/purge_request.hpp>
#include <larder/base/clock.hpp>
#include <larder/net/endpoint.hpp>

#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace larder::admin {

/// What `larder purge` was told on its command line.
struct PurgeArguments {
  std::map<std::string_view, std::optional<std::string>> selected;  ///< by PurgeSelector::name
  std::optional<std::string> host;
  bool all = false;
  bool soft = false;
  bool dry_run = false;
};

/// The same as the content of `POST /purge`.
std::string to_json(const PurgeArguments& order);

/// Where a listener is reached from its own machine: every address becomes the loopback one.
net::Endpoint reachable(net::Endpoint listener);

/// Has the larder whose admin API listens at `listener` do it, and prints what was purged and the position in
/// the purge log. The exit code: 0; 1 if that larder is not reached or refuses; 2, without asking it, for
/// an order that names nothing to purge.
int run_purge(const PurgeArguments& order, const net::Endpoint& listener, const std::string& token,
              std::ostream& out, std::ostream& errors);

}  // namespace larder::admin
