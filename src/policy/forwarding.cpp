#include "cookies.hpp"
#include "documented_names.hpp"
#include "name_patterns.hpp"
#include "names.hpp"
#include "selecting.hpp"
#include "surrogate_control.hpp"

#include <larder/base/text.hpp>
#include <larder/http/fault.hpp>
#include <larder/http/list.hpp>
#include <larder/policy/forwarding.hpp>
#include <larder/policy/loop.hpp>
#include <larder/policy/trusted_proxies.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

namespace larder::policy {
namespace {

// What must reach the origin though Connection names it: dropping it would change whose request it is, or for
// what (src/http1/README.md).
bool is_protected(const Route& route, std::string_view name) {
  static constexpr std::array<std::string_view, 13> protected_names{"Authorization",
                                                                    "Cookie",
                                                                    "Host",
                                                                    "If-Match",
                                                                    "If-None-Match",
                                                                    "If-Modified-Since",
                                                                    "If-Unmodified-Since",
                                                                    "If-Range",
                                                                    "Range",
                                                                    "Forwarded",
                                                                    "Via",
                                                                    "Set-Cookie",
                                                                    "CDN-Loop"};
  return is_one_of(name, protected_names) || starts_with_ignoring_case(name, "Content-") ||
         starts_with_ignoring_case(name, "X-Forwarded-") || is_keyed_field(route, name) ||
         route.credential_fields->contains(name);
}

// In no key, so they must not reach the origin if its answer is shared (src/http1/README.md,
// unkeyed-header poisoning). CGI, WSGI and PHP read `X_Original_URL` as they read `X-Original-URL`.
bool is_override(std::string_view name) {
  static const NamePatterns overrides(NamePatterns::Spelling::field, override_fields());
  return overrides.contains(name);
}

// CGI hands it on as HTTP_PROXY, which clients within the origin take for their proxy (httpoxy,
// CVE-2016-5385). No standard knows it.
bool is_taken_for_setting(const http::FieldName& name) {
  return name == "Proxy";
}

// A client's conditions and ranges would make the answer to a fill its own.
constexpr http::FieldNames conditional({"If-None-Match", "If-Modified-Since", "If-Range", "Range"});

// Written by us for every message; Expect is answered by us.
constexpr http::FieldNames rewritten({"Host", "Expect", "Via", "X-Forwarded-For", "X-Forwarded-Proto",
                                      "X-Forwarded-Host", "Surrogate-Capability", "Content-Length"});

// A header field that routes are chosen by.
bool is_choosing(const Route& route, std::string_view name) {
  return route.choosing_fields != nullptr &&
         std::ranges::any_of(*route.choosing_fields,
                             [name](const std::string& one) { return equal_ignoring_case(one, name); });
}

// The field that CGI, WSGI and PHP read one as, if that is another one.
std::optional<std::string> meant_by(const http::FieldName& name) {
  if (name.number() != 0 || name.text().find_first_of("_.") == std::string_view::npos) return std::nullopt;
  std::string meant(name.text());
  std::ranges::replace(meant, '_', '-');
  std::ranges::replace(meant, '.', '-');
  return meant;
}

// Whether they read it as one that is keyed, chooses the route, or is known to all: under `Accept_Language`
// they find what no Accept-Language, and so no key, says.
bool is_double(const Route& route, const http::FieldName& name) {
  const std::optional<std::string> meant = meant_by(name);
  if (!meant) return false;
  return http::number_of_name(*meant) != 0 || is_keyed_field(route, *meant) || is_choosing(route, *meant);
}

bool is_withheld(const Route& route, const http::FieldName& name) {
  if (route.cors && name == "Origin") return true;
  if (is_keyed_field(route, name) || is_choosing(route, name)) return false;
  if (conditional.contains(name)) return true;
  if (is_double(route, name) && !route.credential_fields->contains(name)) return true;
  // A client that such a field identifies gets an answer of its own, or one declared to be shared.
  return is_override(name) && !route.credential_fields->contains(name);
}

// One line: what others wrote, then our part.
void append_to_list(http::FieldList& out, http::FieldName name, const std::optional<std::string>& before,
                    std::string_view ours) {
  out.add_written(name, [&](std::string& value) {
    if (before && !before->empty()) value.append(*before).append(", ");
    value.append(ours);
  });
}

// RFC 9110, section 7.6.3: the version is that of the message received.
std::string_view our_via(int version_minor) {
  return version_minor == 0 ? "1.0 larder" : "1.1 larder";
}

Result<> check_connection(const Route& route, const http::FieldList& request_fields) {
  if (!request_fields.contains("Connection")) return {};
  for (const http::Field field : request_fields) {
    if (field.name != "Connection") continue;
    std::string_view rest = field.value;
    for (auto option = http::next_member(rest); !option.empty(); option = http::next_member(rest)) {
      if (is_protected(route, option)) return http::Fault::protected_option;
    }
  }
  return {};
}

// The reader of the connection still needs the known ones: Upgrade, and Connection itself.
bool is_specific(std::string_view option, const http::FieldList& fields) {
  const http::FieldName name(option);
  return fields.contains(name) && !is_hop_by_hop(name);
}

// RFC 9111, section 5.1: it is one value, and of several the first is what ages are calculated from.
void keep_first_age(http::FieldList& fields) {
  const std::optional<std::string_view> age = fields.find("Age");
  if (!age || (fields.count("Age") == 1 && age->find(',') == age->npos)) return;
  const auto members = http::split_list(*age);
  const std::string first(members.empty() ? std::string_view() : members.front());
  fields.remove("Age");
  if (!first.empty()) fields.add("Age", first);
}

bool has_connection_specific(const http::FieldList& fields) {
  if (!fields.contains("Connection")) return false;
  for (const http::Field field : fields) {
    if (field.name != "Connection") continue;
    std::string_view rest = field.value;
    for (auto option = http::next_member(rest); !option.empty(); option = http::next_member(rest)) {
      if (is_specific(option, fields)) return true;
    }
  }
  return false;
}

void remove_specific(http::FieldList& fields) {
  if (!has_connection_specific(fields)) return;
  const std::string named = fields.combined("Connection").value_or("");
  for (const std::string_view option : http::split_list(named)) {
    if (is_specific(option, fields)) fields.remove(option);
  }
}

// What larder says about itself and the client. What others wrote of themselves counts only if the answer is
// not shared.
void add_forwarded(http::FieldList& out, const http::RequestHead& request, const Hop& hop, bool cacheable) {
  out.add("X-Forwarded-For", hop.client_address);
  out.add("X-Forwarded-Proto", hop.scheme);
  if (!hop.host.empty()) out.add("X-Forwarded-Host", hop.host);
  if (hop.writes_forwarded) {
    out.add("Forwarded", forwarded_element(hop.client_address, hop.scheme, hop.host));
  }
  const auto before = cacheable ? std::nullopt : request.fields.combined("Surrogate-Capability");
  append_to_list(out, "Surrogate-Capability", before, surrogate_capability);
}

// In place of all lines. What selects a variant is what is sent (src/README.md, "Key").
void add_accepted_codings(http::FieldList& out, const http::FieldList& request_fields) {
  if (out.contains("Accept-Encoding")) return;
  out.add("Accept-Encoding", accepted_codings(request_fields.combined("Accept-Encoding").value_or("")));
}

// RFC 9110, section 7.6.2. What is not a number, or too large for one, is left alone.
std::optional<std::uint32_t> max_forwards_of(const http::RequestHead& request) {
  if (request.method != "OPTIONS" || request.fields.count("Max-Forwards") != 1) return std::nullopt;
  const std::string_view value = trim(request.fields.find("Max-Forwards").value_or(""));
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size()) return std::nullopt;
  return number;
}

}  // namespace

bool is_last_stop(const http::RequestHead& request) {
  return max_forwards_of(request) == std::uint32_t{0};
}

bool is_written_by_us(const Route& route, std::string_view name) {
  if (equal_ignoring_case(name, "Via") || equal_ignoring_case(name, "CDN-Loop")) return true;
  if (starts_with_ignoring_case(name, "X-Forwarded-")) return !route.credential_fields->contains(name);
  if (equal_ignoring_case(name, "Surrogate-Capability")) return true;
  return equal_ignoring_case(name, "Forwarded") && !is_keyed_field(route, name);
}

bool has_double(const Route& route, const http::FieldList& request_fields, std::string_view name) {
  return std::ranges::any_of(request_fields, [&](const http::Field& field) {
    const std::optional<std::string> meant = meant_by(field.name);
    return meant && equal_ignoring_case(*meant, name) && !is_withheld(route, field.name);
  });
}

// RFC 9110, section 7.6.1; Proxy-* by RFC 9111, section 3.1, except Proxy-Status, which is for every client
// behind us (RFC 9209, section 2); Trailer, since we drop trailer fields.
bool is_hop_by_hop(const http::FieldName& name) {
  static constexpr http::FieldNames hop_by_hop(
      {"Connection", "Keep-Alive", "TE", "Trailer", "Transfer-Encoding", "Upgrade"});
  if (name.number() != 0) return hop_by_hop.contains(name);
  if (starts_with_ignoring_case(name, "Proxy-")) return name != "Proxy-Status";
  return name == "HTTP2-Settings";
}

Result<> remove_connection_specific(const Route& route, http::FieldList& request_fields) {
  const Result<> checked = check_connection(route, request_fields);
  if (checked) remove_specific(request_fields);
  return checked;
}

Result<http::FieldList> request_fields_to_forward(const Route& route, const http::RequestHead& request,
                                                  const Hop& hop, bool cacheable) {
  const Result<> checked = check_connection(route, request.fields);
  if (!checked) return checked.error();
  const bool has_specific = has_connection_specific(request.fields);
  http::FieldList out;
  out.reserve(request.fields.size() + 6, request.fields.wire().size() + 256);
  if (!hop.host.empty()) out.add("Host", hop.host);
  const bool keeps_cookies = !cacheable || !request.fields.contains("Cookie") ||
                             is_keyed_field(route, "Cookie") ||
                             keeps_cookie_lines(request.fields, route.cookies);
  for (const http::Field field : request.fields) {
    if (is_hop_by_hop(field.name) || rewritten.contains(field.name)) continue;
    if (field.name == "CDN-Loop" || is_taken_for_setting(field.name)) continue;
    // X-Forwarded-*, which we write ourselves, say the same.
    if (field.name == "Forwarded" && (hop.writes_forwarded || !is_keyed_field(route, field.name))) continue;
    if (has_specific && http::list_contains(request.fields, "Connection", field.name)) continue;
    if (cacheable && is_withheld(route, field.name)) continue;
    if (cacheable && field.name == "Accept-Encoding" && !is_keyed_field(route, field.name)) {
      add_accepted_codings(out, request.fields);
      continue;
    }
    if (!keeps_cookies && field.name == "Cookie") continue;
    // In one line, as it was looked at: of several an origin may take any.
    if (cacheable && is_choosing(route, field.name)) {
      if (!out.contains(field.name)) out.add(field.name, *request.fields.combined(field.name));
      continue;
    }
    out.add(field);
  }
  if (!keeps_cookies) {
    if (const auto cookies = cookies_to_send(request.fields, route.cookies)) out.add("Cookie", *cookies);
  }
  if (const auto left = max_forwards_of(request); left && *left > 0) {
    out.set("Max-Forwards", std::to_string(*left - 1));
  }
  add_forwarded(out, request, hop, cacheable);
  append_to_list(out, "Via", request.fields.combined("Via"), our_via(request.version_minor));
  if (const auto marks = loop_marks_to_forward(request.fields, hop.mark, cacheable)) {
    out.add("CDN-Loop", *marks);
  }
  return out;
}

http::FieldList response_fields_to_forward(http::FieldList fields, int version_minor, bool keep_length,
                                           int status) {
  const std::optional<std::string> before = fields.combined("Via");  // also if Connection names it
  remove_specific(fields);
  fields.remove_if([&](const http::Field& field) {
    // RFC 9110, section 15.5.8: a 407 must have one, and to the client we are the origin.
    if (status == 407 && field.name == "Proxy-Authenticate") return false;
    if (is_hop_by_hop(field.name) || field.name == "Via") return true;
    return !keep_length && field.name == "Content-Length";
  });
  keep_first_age(fields);
  append_to_list(fields, "Via", before, our_via(version_minor));
  return fields;
}

}  // namespace larder::policy
