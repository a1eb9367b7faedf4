#include "address.hpp"
#include "scalars.hpp"
#include "sections.hpp"

namespace larder::config {
namespace {

/// A certificate is of no use without its key, nor the other way round.
void check_pair(const Value& value, const std::string& cert, const std::string& key) {
  if (!cert.empty() && key.empty()) value.error("\"cert\" needs a \"key\"");
  if (cert.empty() && !key.empty()) value.error("\"key\" needs a \"cert\"");
}

std::optional<std::string> read_path(const Value& value) {
  std::optional<std::string> path = value.text("the path of a PEM file");
  if (!path || !path->empty()) return path;
  value.error("must not be empty");
  return std::nullopt;
}

std::optional<ListenTls> read_listen_tls(const Value& value) {
  ListenTls tls;
  read_map(value, "listen.tls", [&](Map& map) {
    map.read("cert", tls.cert, read_path);
    map.read("key", tls.key, read_path);
    if (map.find("cert") == nullptr) value.error("\"cert\" is missing");
    if (map.find("key") == nullptr) value.error("\"key\" is missing");
  });
  return tls;
}

}  // namespace

std::optional<Listen> read_listener(const Value& value) {
  Listen listener;
  if (!value.is_map()) {
    const std::optional<std::string> address = listen_address(value);
    if (!address) return std::nullopt;
    listener.address = *address;
    return listener;
  }
  read_map(value, "listen", [&](Map& map) {
    map.read("address", listener.address, listen_address);
    map.read("tls", listener.tls, read_listen_tls);
    if (map.find("address") == nullptr) value.error("\"address\" is missing");
  });
  if (listener.address.empty()) return std::nullopt;
  return listener;
}

std::optional<Tls> read_tls(const Value& value, std::string_view place, bool may_trust_all) {
  Tls tls;
  read_map(value, place, [&](Map& map) {
    map.read("ca", tls.ca, any_text);
    map.read("cert", tls.cert, any_text);
    map.read("key", tls.key, any_text);
    map.read("server_name", tls.server_name, any_text);
    if (may_trust_all) map.read("verify", tls.verify, on_off);
    check_pair(value, tls.cert, tls.key);
    if (!tls.verify && !tls.ca.empty()) value.warning("with \"verify: off\" nothing is checked by \"ca\"");
  });
  return tls;
}

}  // namespace larder::config
