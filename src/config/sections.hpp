#pragma once

#include "value.hpp"

#include <larder/config/config.hpp>

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace larder::config {

/// Reads the whole file: its upstreams and store first, since the routes are checked against them.
void read_config(const Value& root, Config& config);

std::optional<std::vector<Listen>> read_listen(const Value& value);

/// `auto` (0) or a number of threads.
std::optional<unsigned> read_threads(const Value& value);

std::optional<std::string> read_log_level(const Value& value);

/// `listeners`: where requests are served, which admin's may not be.
std::optional<Admin> read_admin(const Value& value, const std::vector<Listen>& listeners);

/// `limits:` on the connections of clients.
void read_limits(const Value& value, Limits& limits);

/// Where one listener listens: an address, or `{address, tls: {cert, key}}`.
std::optional<Listen> read_listener(const Value& value);

/// `tls: {ca, cert, key, server_name}` at `place`, for talking to a server; `verify` too where
/// `may_trust_all`.
std::optional<Tls> read_tls(const Value& value, std::string_view place, bool may_trust_all);

/// `sites:`: each with its other spellings.
std::optional<std::vector<policy::SiteRule>> read_sites(const Value& value);

std::vector<Upstream> read_upstreams(const Value& value);

/// `credentials: {add, remove}`.
void read_credentials(const Value& value, Credentials& credentials);

void read_store(const Value& value, Store& store);

/// Appends the routes of a file whose upstreams and store were read.
void read_routes(const Value& value, Config& config);

/// `warm:` of a route that was read; the routes before it and the store are in `config`.
std::optional<policy::WarmRule> read_warm(const Value& value, const policy::Route& route,
                                          const Config& config);

/// Warns where store.max_lifetime will cut a ttl short.
void warn_where_capped(const Value& value, Milliseconds ttl, const Store& store);

/// The routes read so far, by the texts of their matches: thousands are not compared with each other.
class EarlierRoutes {
 public:
  /// `routes` may grow, and outlive this.
  explicit EarlierRoutes(const std::vector<policy::Route>& routes);

  /// The route there has been read.
  void add(std::size_t position);

  /// The first that takes every request for `later`, as far as their texts show it; nullptr where none does.
  const policy::Route* first_that_hides(const policy::Route& later) const;

 private:
  const std::vector<policy::Route>* routes_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_match_;
};

/// Warns where a route comes after one that takes all its requests.
void warn_where_hidden(const Value& value, const policy::Route& route, const EarlierRoutes& earlier);

}  // namespace larder::config
