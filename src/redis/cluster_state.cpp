#include "cluster_state.hpp"

#include "command_timeout.hpp"

#include <larder/base/task.hpp>
#include <larder/net/timer.hpp>
#include <larder/redis/availability.hpp>
#include <larder/redis/refusals.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>

namespace larder::redis {

namespace asio = boost::asio;

namespace {

constexpr int most_redirections = 5;
constexpr std::size_t most_clients = 4096;
constexpr Milliseconds before_trying_again{5};
constexpr Milliseconds between_looks{25};  // at least, whatever goes wrong

bool is_cluster_down(const Value& reply) {
  return reply.is_error() && reply.text.view().starts_with("CLUSTERDOWN");
}

std::vector<std::string> masters_of(const SlotMap& map) {
  std::vector<std::string> masters;
  for (const ClusterNode& node : map.nodes()) masters.push_back(node.endpoint.text());
  std::sort(masters.begin(), masters.end());
  return masters;
}

}  // namespace

Cluster::State::State(asio::io_context& loop, Settings settings, Log& log)
    : loop_(loop), settings_(std::move(settings)), log_(log), look_timer_(loop) {
  if (settings_.availability == nullptr) settings_.availability = std::make_shared<Availability>(log);
  if (settings_.refusals == nullptr) settings_.refusals = std::make_shared<Refusals>(log, settings_.username);
}

void Cluster::State::start() {
  asio::co_spawn(loop_, keep_map(shared_from_this()), asio::detached);
}

void Cluster::State::stop() {
  stopped_ = true;
  look_timer_.cancel();
  for (auto& [name, node] : nodes_) let_go(node);
}

bool Cluster::State::is_up() const {
  return std::any_of(map_.nodes().begin(), map_.nodes().end(), [&](const ClusterNode& node) {
    const auto known = nodes_.find(node.endpoint.text());
    return known != nodes_.end() && known->second.client->is_up();
  });
}

Link Cluster::State::link(std::string_view name) const {
  const ClusterNode* const owner = map_.node_of(slot_of(name));
  if (owner == nullptr) return {};
  const auto known = nodes_.find(owner->endpoint.text());
  return known == nodes_.end() ? Link{} : known->second.client->link(name);
}

std::vector<NodeReport> Cluster::State::nodes() const {
  std::vector<NodeReport> reports;
  for (const auto& [name, node] : nodes_) {
    for (NodeReport& report : node.client->nodes()) reports.push_back(std::move(report));
  }
  return reports;
}

Task<Result<Value>> Cluster::State::execute(std::shared_ptr<State> self, Command command,
                                            Milliseconds timeout) {
  const SteadyTime deadline = steady_now() + command_timeout(command, timeout, self->settings_);
  std::optional<net::Endpoint> to = self->address_for(command);
  bool is_asking = false;
  for (int redirections = 0;; ++redirections) {
    const std::shared_ptr<Client> client = to ? self->client_at(*to) : nullptr;
    const auto left = std::chrono::ceil<Milliseconds>(deadline - steady_now());
    if (client == nullptr || left <= Milliseconds{0}) {
      self->want_map();
      co_return client == nullptr ? Error::unavailable : Error::timeout;
    }
    Result<Value> reply = co_await client->execute(command, left, is_asking);
    const auto redirection = reply ? read_redirection(*reply, *to) : std::nullopt;
    if (!redirection || redirections == most_redirections) {
      if (!reply || redirection || is_cluster_down(*reply)) self->want_map();
      co_return reply;
    }
    if (redirection->kind == Redirection::Kind::try_again) {
      co_await net::sleep_until(steady_now() + before_trying_again);
      continue;
    }
    is_asking = redirection->kind == Redirection::Kind::ask;
    if (!is_asking) self->moved(*redirection);
    to = redirection->endpoint;
  }
}

std::optional<net::Endpoint> Cluster::State::address_for(const Command& command) const {
  const std::optional<std::uint16_t> slot = command.slot();
  if (slot) {
    const ClusterNode* const owner = map_.node_of(*slot);
    return owner == nullptr ? std::nullopt : std::optional(owner->endpoint);
  }
  for (const auto& [name, node] : nodes_) {
    if (node.client->is_up()) return node.endpoint;
  }
  return std::nullopt;
}

/// The client for a node, made if there is none: then it is not up yet. nullptr past the bound and after
/// the end.
std::shared_ptr<Client> Cluster::State::client_at(const net::Endpoint& endpoint) {
  const std::string name = endpoint.text();
  auto place = nodes_.find(name);
  if (place == nodes_.end()) {
    if (stopped_ || nodes_.size() >= most_clients) return nullptr;
    Settings settings = settings_;
    settings.topology = Settings::Topology::single;
    settings.endpoint = endpoint;
    place = nodes_.emplace(name, Node{std::make_shared<Client>(loop_, std::move(settings), log_), endpoint})
                .first;
    place->second.client->start();
  }
  place->second.is_used = true;
  return place->second.client;
}

void Cluster::State::moved(const Redirection& redirection) {
  map_.move(redirection.slot, redirection.endpoint);
  ++moves_;
  want_map();
}

void Cluster::State::want_map() {
  if (!std::exchange(is_map_wanted_, true)) look_timer_.cancel();
}

Task<> Cluster::State::keep_map(std::shared_ptr<State> self) {
  while (!self->stopped_) {
    self->is_map_wanted_ = false;
    const bool is_read = co_await self->read_map();
    const SteadyTime earliest = steady_now() + between_looks;
    if (is_read && !self->is_map_wanted_ && !self->stopped_) {
      self->look_timer_.expires_after(self->settings_.look_around);
      co_await self->look_timer_.async_wait(awaiting);
    }
    if (self->stopped_) co_return;
    if (steady_now() >= earliest) continue;
    self->look_timer_.expires_at(earliest);
    co_await self->look_timer_.async_wait(awaiting);
  }
}

/// Asks the next node that is up; the ones that the settings name, if none is.
Task<bool> Cluster::State::read_map() {
  std::vector<net::Endpoint> up;
  for (const auto& [name, node] : nodes_) {
    if (node.client->is_up()) up.push_back(node.endpoint);
  }
  if (up.empty()) {
    for (const net::Endpoint& endpoint : settings_.endpoints) client_at(endpoint);
    co_return false;
  }
  const net::Endpoint asked = up[next_++ % up.size()];
  const std::shared_ptr<Client> client = client_at(asked);
  Command command("CLUSTER");
  command.arg("SLOTS");
  const std::uint64_t moves = moves_;
  const Result<Value> reply = co_await client->execute(std::move(command));
  // A map that was asked for before a slot was found moved may be older than that.
  if (stopped_ || !reply || moves != moves_) co_return false;
  Result<SlotMap> map = SlotMap::read(*reply, asked);
  if (!map) {
    const std::string reason(reply->is_error() ? reply->text.view() : "it knows no slots");
    settings_.availability->lost(client.get(), "cluster node " + asked.text(), reason, true);
    co_return false;
  }
  settings_.availability->regained(client.get(), steady_now());
  take(std::move(*map));
  co_return true;
}

void Cluster::State::take(SlotMap map) {
  const std::vector<std::string> masters = masters_of(map);
  if (!map_.nodes().empty() && masters != masters_of(map_)) {
    std::string news = "the cluster's masters are now";
    for (const std::string& master : masters) news += ' ' + master;
    settings_.availability->tell(news);
  }
  map_ = std::move(map);
  forget_unused();
  for (const ClusterNode& node : map_.nodes()) client_at(node.endpoint);
}

void Cluster::State::let_go(const Node& node) {
  settings_.availability->forget(node.client.get());
  node.client->stop();
}

/// Nodes that are no longer in the map, and have not been asked since it was last read.
void Cluster::State::forget_unused() {
  for (const ClusterNode& node : map_.nodes()) {
    if (const auto known = nodes_.find(node.endpoint.text()); known != nodes_.end())
      known->second.is_used = true;
  }
  for (auto place = nodes_.begin(); place != nodes_.end();) {
    Node& node = place->second;
    const bool is_used = std::exchange(node.is_used, false);
    if (!is_used) let_go(node);
    place = is_used ? std::next(place) : nodes_.erase(place);
  }
}

Cluster::Cluster(asio::io_context& loop, Settings settings, Log& log)
    : state_(std::make_shared<State>(loop, std::move(settings), log)) {}

Cluster::~Cluster() {
  Cluster::stop();
}

void Cluster::start() {
  state_->start();
}

void Cluster::stop() {
  state_->stop();
}

bool Cluster::is_up() const {
  return state_->is_up();
}

Link Cluster::link(std::string_view name) const {
  return state_->link(name);
}

Task<Result<Value>> Cluster::execute(Command command, Milliseconds timeout) {
  return State::execute(state_, std::move(command), timeout);
}

std::vector<NodeReport> Cluster::nodes() const {
  return state_->nodes();
}

}  // namespace larder::redis
