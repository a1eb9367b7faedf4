// Which pages of other origins may read a route's responses.
#include "notation.hpp"
#include "route_kinds.hpp"

#include <larder/base/text.hpp>
#include <larder/base/token.hpp>

#include <algorithm>

namespace larder::config {
namespace {

using policy::CorsOrigin;
using policy::CorsOrigins;
using policy::CorsRule;

constexpr std::string_view one_origin = "an origin such as https://shop.example, or \"*\"";
constexpr std::string_view everything = "*";

/// The text with what does not belong to an origin taken off, if that makes one.
std::string origin_meant(std::string_view text) {
  std::string with_scheme(text);
  std::size_t scheme = with_scheme.find("://");
  if (scheme == std::string::npos) {
    with_scheme.insert(0, "https://");
    scheme = with_scheme.find("://");
  }
  const std::size_t host = scheme + 3;
  with_scheme.resize(std::min(with_scheme.find_first_of("/?#", host), with_scheme.size()));
  if (const std::size_t user = with_scheme.find('@', host); user != std::string::npos) {
    with_scheme.erase(host, user + 1 - host);
  }
  const auto origin = CorsOrigin::parse(with_scheme);
  return origin ? origin->text() : std::string();
}

std::optional<CorsOrigin> read_origin(const Value& item) {
  const std::optional<std::string> text = item.text(one_origin);
  if (!text) return std::nullopt;
  if (equal_ignoring_case(*text, "null")) {
    item.error("\"null\" is the origin of any sandboxed page and file: it cannot be allowed");
    return std::nullopt;
  }
  const auto origin = CorsOrigin::parse(*text);
  if (origin) return *origin;
  if (text->find('*') != std::string::npos) {
    item.error(quoted(*text) + ": a * stands for the first label of a host, as in https://*.shop.example");
    return std::nullopt;
  }
  if (std::ranges::any_of(*text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
    item.error(quoted(*text) + ": browsers send the host as ASCII, as in https://xn--bcher-kva.example");
    return std::nullopt;
  }
  const std::string meant = origin_meant(*text);
  item.mismatch(one_origin, *text, meant.empty() ? "" : ", did you mean " + quoted(meant) + "?");
  return std::nullopt;
}

/// `"*"`, or a list of origins.
struct Origins {
  std::optional<CorsOrigins> read(const Value& value) const {
    CorsOrigins origins;
    bool is_right = true;
    const std::vector<Value> items = value.items();
    for (const Value& item : items) {
      if (item.is_scalar() && item.node().text() == everything) {
        origins.any = true;
        continue;
      }
      const std::optional<CorsOrigin> origin = read_origin(item);
      if (origin) origins.named.push_back(*origin);
      is_right = is_right && origin;
    }
    if (items.empty()) value.error("must not be empty: origins, or \"*\"");
    if (origins.any && items.size() > 1) value.error("\"*\" is every origin: it stands alone");
    if (!is_right || items.empty() || (origins.any && items.size() > 1)) return std::nullopt;
    return origins;
  }

  Node write(const CorsOrigins& origins) const {
    if (origins.any) return text_node(everything);
    std::vector<std::string> texts;
    for (const CorsOrigin& origin : origins.named) texts.push_back(origin.text());
    return list_node(texts);
  }

  json::object schema() const { return either_schema(any_text_schema(), list_schema(any_text_schema())); }
};

bool check_cors_field(const Value& item, const std::string& text) {
  if (text == everything) return true;
  return check_token(item, text) && check_no_glob(item, text, "fields are named one by one, or \"*\" alone");
}

bool check_cors_method(const Value& item, const std::string& text) {
  if (text == everything) return true;
  std::string capitals(text);
  std::ranges::transform(capitals, capitals.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  if (is_token(text) && capitals == text) return true;
  item.mismatch("a method in capitals", text,
                is_token(text) ? ", did you mean " + quoted(capitals) + "?" : "");
  return false;
}

/// `*` says all, beside which nothing stands; with credentials browsers take it for a name.
void check_everything(Map& map, const char* key, const std::vector<std::string>& names, bool credentials) {
  const Value* const value = map.find(key);
  if (value == nullptr || std::ranges::find(names, everything) == names.end()) return;
  if (names.size() > 1) value->error("\"*\" is all of them: it stands alone");
  if (credentials) value->error("with \"credentials: on\" browsers do not take \"*\" for all: name them");
}

Section<CorsRule> cors_section() {
  Table<CorsRule> table{{
      key("origins", &CorsRule::origins, Origins{},
          "Whose pages may: as https://shop.example, https://*.shop.example, one label more, or \"*\", all.")
          .required(),
      key("methods", &CorsRule::methods, Texts{"a list of methods", check_cors_method, false},
          "The methods that a preflight allows, or \"*\"."),
      key("headers", &CorsRule::headers, Texts{"a list of header names", check_cors_field},
          "Request header fields that a preflight allows, or \"*\", which is not Authorization."),
      key("expose", &CorsRule::expose, Texts{"a list of header names", check_cors_field},
          "Response header fields that pages may read besides the usual ones, as X-Cache, or \"*\"."),
      key("credentials", &CorsRule::credentials, a_switch, "on: requests may have cookies."),
      key("max_age", &CorsRule::max_age, a_duration, "How long browsers remember a preflight's answer."),
  }};
  table.check = [](Map& map, const Value&, CorsRule& rule) {
    if (rule.origins.any && rule.credentials) {
      map.find("origins")->error(
          "\"*\" with \"credentials: on\" would let any page act as its visitor: name them");
    }
    check_everything(map, "methods", rule.methods, rule.credentials);
    check_everything(map, "headers", rule.headers, rule.credentials);
    check_everything(map, "expose", rule.expose, rule.credentials);
  };
  return {std::move(table), true};
}

}  // namespace

std::optional<CorsRule> Cors::read(const Value& value, const policy::Route& route) const {
  const bool keys_origin = policy::is_keyed_field(route, "Origin");
  if (keys_origin)
    value.error("\"headers\" cannot name Origin beside \"cors\": what is shared is fetched without it");
  std::optional<CorsRule> rule = cors_section().read(value);
  return keys_origin ? std::nullopt : rule;
}

Node Cors::write(const CorsRule& rule) const {
  return cors_section().write(rule);
}

json::object Cors::schema() const {
  return cors_section().schema();
}

void Cors::list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const {
  cors_section().list(path, takes, entries);
}

}  // namespace larder::config
