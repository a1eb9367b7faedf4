#include "address.hpp"
#include "kinds.hpp"
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
  if (path) value.source().add_named_file(value.where(), value.node().place(), *path);
  if (!path || !path->empty()) return path;
  value.error("must not be empty");
  return std::nullopt;
}

json::object path_schema() {
  return scalar_schema(".");
}

Table<ListenTls> listen_tls_keys() {
  const Scalar<std::string> a_path{read_path, same_text, path_schema};
  return {{
      key("cert", &ListenTls::cert, a_path, "The certificate with its chain, a PEM file.").required(),
      key("key", &ListenTls::key, a_path, "Of that certificate, a PEM file.").required(),
  }};
}

Table<Listen> listener_keys() {
  return {{
      key("address", &Listen::address, a_listen_address, "As 0.0.0.0:8443, [::]:8443 or 8443.").required(),
      key("tls", &Listen::tls, Optional<Section<ListenTls>>{{listen_tls_keys(), true}},
          "The certificate to show."),
      key("proxy_protocol", &Listen::proxy_protocol, a_switch,
          "on: connections begin with the PROXY protocol, version 1 or 2, and come from trusted_proxies "
          "alone.")
          .shown_if([](const Listen& listener) { return listener.proxy_protocol; }),
  }};
}

std::optional<Listen> read_listener(const Value& value) {
  if (value.is_map()) {
    std::optional<Listen> listener = Section<Listen>{listener_keys()}.read(value);
    return listener && listener->address.empty() ? std::nullopt : listener;
  }
  std::optional<std::string> address = listen_address(value);
  if (!address) return std::nullopt;
  return Listen{*std::move(address), {}};
}

}  // namespace

std::optional<std::vector<Listen>> Listeners::read(const Value& value) const {
  std::vector<Value> items;
  std::vector<Listen> listeners;
  std::vector<std::string> canonical;
  for (const Value& item : value.items()) {
    std::optional<Listen> listener = read_listener(item);
    if (!listener) continue;
    const std::string address = canonical_listen_address(listener->address);
    listeners.push_back(*std::move(listener));
    if (address.empty()) continue;
    items.push_back(item);
    canonical.push_back(address);
  }
  refuse_repeated(items, canonical);
  if (value.is_list() && value.items().empty()) value.error("must not be empty");
  if (listeners.empty()) return std::nullopt;
  return listeners;
}

/// One with more than an address is a map; the others are as short as they can be.
Node Listeners::write(const std::vector<Listen>& listeners) const {
  const Section<Listen> section{listener_keys(), true};
  Node list = Node::list();
  list.set_flow();
  for (const Listen& listener : listeners) {
    list.push_back(listener.tls || listener.proxy_protocol ? section.write(listener)
                                                           : text_node(listener.address));
  }
  return list;
}

json::object Listeners::schema() const {
  const json::object one = either_schema(a_listen_address.schema(), schema_of(listener_keys()));
  json::object list = list_schema(one);
  list["minItems"] = 1;
  return either_schema(one, std::move(list));
}

void Listeners::list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const {
  list_keys(listener_keys(), path + "[].", takes, entries);
}

Table<Tls> tls_keys(bool may_trust_all) {
  Table<Tls> table{{
      key("ca", &Tls::ca, a_file, "The authorities to trust, a PEM file. Empty: the system's."),
      key("cert", &Tls::cert, a_file,
          "What to show a server that asks for a client certificate, a PEM file."),
      key("key", &Tls::key, a_file, "Of that certificate, a PEM file."),
      key("server_name", &Tls::server_name, a_text,
          "The name that is asked for (SNI), which the certificate must hold. Empty: the host of the URL."),
  }};
  if (may_trust_all)
    table.rows.push_back(key("verify", &Tls::verify, a_switch, "off: any certificate will do."));
  table.check = [](Map&, const Value& section, Tls& tls) {
    check_pair(section, tls.cert, tls.key);
    if (!tls.verify && !tls.ca.empty()) section.warning("with \"verify: off\" nothing is checked by \"ca\"");
  };
  return table;
}

}  // namespace larder::config
