#include "slot_map.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_map>

namespace larder::redis {

namespace {

/// No cluster has more; a longer list is not from one.
constexpr std::size_t most_nodes = 4096;

bool is_slot(const Value& value) {
  return value.kind == Value::Kind::integer && value.integer >= 0 && value.integer < slot_count;
}

/// `?` stands for a name that the node does not know, and nothing for the one it was reached by.
std::string host_or(std::string_view host, const net::Endpoint& asked) {
  return host.empty() || host == "?" ? asked.host : std::string(host);
}

/// A master in the reply: [host, port, id, ...]
std::optional<ClusterNode> read_node(const Value& value, const net::Endpoint& asked) {
  if (value.items.size() < 2 || value.items[1].integer <= 0 || value.items[1].integer > 65'535) {
    return std::nullopt;
  }
  ClusterNode node;
  node.endpoint.host = host_or(value.items[0].text.view(), asked);
  node.endpoint.port = std::to_string(value.items[1].integer);
  if (value.items.size() > 2) node.id = value.items[2].text.view();
  return node;
}

/// The first word of a text, which is taken off it.
std::string_view take_word(std::string_view& text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

std::optional<unsigned> read_number(std::string_view text, unsigned most) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number > most) return std::nullopt;
  return number;
}

/// `host:port`, an IPv6 host without brackets.
std::optional<net::Endpoint> read_endpoint(std::string_view text, const net::Endpoint& asked) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || !read_number(text.substr(colon + 1), 65'535)) return std::nullopt;
  net::Endpoint endpoint;
  endpoint.host = host_or(text.substr(0, colon), asked);
  endpoint.port = text.substr(colon + 1);
  return endpoint;
}

}  // namespace

Result<SlotMap> SlotMap::read(const Value& reply, const net::Endpoint& asked) {
  SlotMap map;
  if (reply.kind != Value::Kind::array) return Error::malformed;
  std::unordered_map<std::string, std::uint16_t> known;
  std::int64_t slots_left = slot_count;
  for (const Value& range : reply.items) {
    if (range.items.size() < 3 || !is_slot(range.items[0]) || !is_slot(range.items[1]))
      return Error::malformed;
    const std::optional<ClusterNode> node = read_node(range.items[2], asked);
    if (!node || map.nodes_.size() == most_nodes) return Error::malformed;
    // Each slot has one owner: more work than for all of them does not come from a cluster.
    slots_left -= std::max<std::int64_t>(0, range.items[1].integer - range.items[0].integer + 1);
    if (slots_left < 0) return Error::malformed;
    const auto [place, is_new] = known.try_emplace(node->endpoint.text() + " " + node->id, map.nodes_.size());
    if (is_new) map.nodes_.push_back(*node);
    const std::uint16_t index = place->second;
    for (std::int64_t slot = range.items[0].integer; slot <= range.items[1].integer; ++slot) {
      map.owners_[static_cast<std::size_t>(slot)] = index;
    }
  }
  if (map.nodes_.empty()) return Error::unavailable;
  return map;
}

const ClusterNode* SlotMap::node_of(std::uint16_t slot) const {
  const std::uint16_t index = owners_[slot];
  return index == nobody ? nullptr : &nodes_[index];
}

void SlotMap::move(std::uint16_t slot, const net::Endpoint& endpoint) {
  const auto known = std::find_if(nodes_.begin(), nodes_.end(),
                                  [&](const ClusterNode& node) { return node.endpoint == endpoint; });
  if (known == nodes_.end() && nodes_.size() == most_nodes) return;
  owners_[slot] = index_of(known == nodes_.end() ? ClusterNode{{}, endpoint} : *known);
}

std::uint16_t SlotMap::index_of(const ClusterNode& node) {
  const auto known = std::find(nodes_.begin(), nodes_.end(), node);
  if (known != nodes_.end()) return static_cast<std::uint16_t>(known - nodes_.begin());
  nodes_.push_back(node);
  return static_cast<std::uint16_t>(nodes_.size() - 1);
}

std::optional<Redirection> read_redirection(const Value& reply, const net::Endpoint& asked) {
  if (!reply.is_error()) return std::nullopt;
  std::string_view text = reply.text.view();
  const std::string_view word = take_word(text);
  if (word == "TRYAGAIN") return Redirection{Redirection::Kind::try_again, 0, {}};
  if (word != "MOVED" && word != "ASK") return std::nullopt;
  const auto slot = read_number(take_word(text), slot_count - 1);
  std::optional<net::Endpoint> endpoint = read_endpoint(take_word(text), asked);
  if (!slot || !endpoint) return std::nullopt;
  const auto kind = word == "ASK" ? Redirection::Kind::ask : Redirection::Kind::moved;
  return Redirection{kind, static_cast<std::uint16_t>(*slot), std::move(*endpoint)};
}

}  // namespace larder::redis
