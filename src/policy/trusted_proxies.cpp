#include "documented_names.hpp"
#include "name_patterns.hpp"

#include <larder/base/text.hpp>
#include <larder/policy/credentials.hpp>
#include <larder/policy/route.hpp>
#include <larder/policy/trusted_proxies.hpp>

#include <algorithm>
#include <cstddef>

namespace larder::policy {
namespace {

// Nobody has so many proxies.
constexpr std::size_t most_hops = 64;

// Takes the last member off a list. Counted from the right, quotes are paired whatever a client wrote to the
// left of what a proxy added (RFC 9110, section 5.6.4; what proxies add has no escapes).
std::string_view take_last_member(std::string_view& list) {
  bool is_quoted = false;
  std::size_t begin = list.size();
  while (begin > 0 && (is_quoted || list[begin - 1] != ',')) {
    --begin;
    if (list[begin] == '"') is_quoted = !is_quoted;
  }
  const std::string_view member = trim(list.substr(begin));
  list = list.substr(0, begin == 0 ? 0 : begin - 1);
  return member;
}

// The IP address of `203.0.113.7`, `203.0.113.7:4711`, `2001:db8::1` or `[2001:db8::1]:4711`.
std::optional<std::string> address_in(std::string_view node) {
  if (node.starts_with('[')) {
    const std::size_t end = node.find(']');
    if (end == node.npos) return std::nullopt;
    if (end + 1 < node.size() && node[end + 1] != ':') return std::nullopt;
    return read_address(node.substr(1, end - 1));
  }
  const std::size_t colon = node.find(':');
  const bool has_port = colon != node.npos && node.find(':', colon + 1) == node.npos;
  return read_address(has_port ? node.substr(0, colon) : node);
}

// What proxies say of WebSockets is the scheme of their handshake (RFC 6455, section 3).
std::optional<std::string> scheme_in(std::string_view text) {
  for (const std::string_view one : {"http", "ws"}) {
    if (equal_ignoring_case(text, one)) return "http";
  }
  for (const std::string_view one : {"https", "wss"}) {
    if (equal_ignoring_case(text, one)) return "https";
  }
  return std::nullopt;
}

std::string_view without_quotes(std::string_view value) {
  const bool is_quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  return is_quoted ? value.substr(1, value.size() - 2) : value;
}

// RFC 7239, section 4: one proxy's words.
struct Element {
  std::string_view from;  // `for`
  std::string_view proto;
  std::string_view host;
};

Element read_element(std::string_view text) {
  Element element;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(';'), text.size());
    const std::string_view pair = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = pair.find('=');
    if (equals == pair.npos) continue;
    const std::string_view name = pair.substr(0, equals);
    const std::string_view value = without_quotes(pair.substr(equals + 1));
    if (equal_ignoring_case(name, "for")) element.from = value;
    if (equal_ignoring_case(name, "proto")) element.proto = value;
    if (equal_ignoring_case(name, "host")) element.host = value;
  }
  return element;
}

// Calls `read` with the last members of a list as long as whoever wrote them is trusted; it returns whom that
// one names.
template <class Read>
void walk(const TrustedProxies& proxies, std::string_view list, Origination& found, Read read) {
  for (std::size_t hop = 0; hop < most_hops && !list.empty(); ++hop) {
    if (!proxies.addresses.contains(found.client_address)) return;
    const std::string_view member = take_last_member(list);
    if (member.empty()) continue;
    std::optional<std::string> address = read(member);
    if (!address) return;
    found.client_address = *std::move(address);
  }
}

void read_forwarded(const TrustedProxies& proxies, const std::string& list, Origination& found) {
  walk(proxies, list, found, [&found](std::string_view member) {
    const Element element = read_element(member);
    if (auto scheme = scheme_in(element.proto)) found.scheme = std::move(scheme);
    if (!element.host.empty()) found.host = element.host;
    return address_in(element.from);
  });
}

std::string_view last_member(std::string_view list) {
  return take_last_member(list);
}

void read_x_forwarded(const TrustedProxies& proxies, const http::FieldList& fields, Origination& found) {
  if (const auto scheme = fields.combined("X-Forwarded-Proto"))
    found.scheme = scheme_in(last_member(*scheme));
  if (const auto host = fields.combined("X-Forwarded-Host")) found.host = last_member(*host);
  if (const auto clients = fields.combined("X-Forwarded-For")) walk(proxies, *clients, found, address_in);
}

// Names under which frameworks look for what only a proxy can know.
const NamePatterns& origination_fields() {
  static const NamePatterns names(NamePatterns::Spelling::field, origination_names());
  return names;
}

const NamePatterns& x_forwarded_fields() {
  static const NamePatterns names(NamePatterns::Spelling::field, {"X-Forwarded-*"});
  return names;
}

}  // namespace

Origination origination_of(const TrustedProxies& proxies, std::string_view peer,
                           const http::FieldList& request_fields) {
  Origination found{std::string(peer), {}, {}};
  if (!proxies.addresses.contains(peer)) return found;
  if (proxies.fields == TrustedProxies::Fields::forwarded) {
    if (const auto list = request_fields.combined("Forwarded")) read_forwarded(proxies, *list, found);
  } else {
    read_x_forwarded(proxies, request_fields, found);
  }
  if (!proxies.host || (found.host && found.host->empty())) found.host.reset();
  return found;
}

void remove_origination(const TrustedProxies& proxies, bool is_by_proxy, const Route& route,
                        http::FieldList& request_fields) {
  const bool keeps_family = is_by_proxy && proxies.fields == TrustedProxies::Fields::x_forwarded;
  request_fields.remove_if([&](const http::Field& field) {
    const bool is_origination = origination_fields().contains(field.name);
    if (!is_origination && (keeps_family || !x_forwarded_fields().contains(field.name))) return false;
    const bool is_credential = route.credential_fields->contains(field.name);
    if (proxies.empty() && (is_credential || is_keyed_field(route, field.name))) return false;
    return is_origination || !is_credential;
  });
}

bool may_purge(const TrustedProxies& proxies, const AddressSet& allowed, std::string_view client_address) {
  return allowed.contains(client_address) && !proxies.addresses.contains(client_address);
}

std::string_view unread_family(const TrustedProxies& proxies, const http::FieldList& request_fields) {
  const bool has_newer = request_fields.contains("Forwarded");
  const bool has_older =
      request_fields.contains("X-Forwarded-For") || request_fields.contains("X-Forwarded-Proto");
  if (has_newer == has_older) return {};
  const bool reads_newer = proxies.fields == TrustedProxies::Fields::forwarded;
  if (reads_newer == has_newer) return {};
  return has_newer ? "Forwarded" : "X-Forwarded-*";
}

std::optional<std::string> overwritten_scheme(const http::FieldList& request_fields,
                                              std::string_view scheme) {
  const auto said = request_fields.find("X-Forwarded-Proto");
  if (!said || equal_ignoring_case(trim(*said), scheme)) return std::nullopt;
  return scheme_in(trim(*said));
}

std::string forwarded_element(std::string_view client_address, std::string_view scheme,
                              std::string_view host) {
  const bool is_v6 = client_address.find(':') != client_address.npos;
  std::string element = "for=";
  if (!read_address(client_address)) {
    element += "unknown";
  } else {
    element.append(is_v6 ? "\"[" : "").append(client_address).append(is_v6 ? "]\"" : "");
  }
  element.append(";proto=").append(scheme);
  if (!host.empty()) element.append(";host=\"").append(host).append("\"");
  return element;
}

}  // namespace larder::policy
