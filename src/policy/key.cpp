#include "cookies.hpp"
#include "percent.hpp"
#include "selecting.hpp"

#include <larder/base/hash.hpp>
#include <larder/base/text.hpp>
#include <larder/base/token.hpp>
#include <larder/http/list.hpp>
#include <larder/policy/key.hpp>

#include <algorithm>

namespace larder::policy {
namespace {

constexpr std::size_t longest_redis_name = 512;

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(), to_lower);
  return lowered;
}

// `#kind:name=value`, or without "=value" if the request has no such thing: absent and empty differ.
void append_part(std::string& key, std::string_view kind, std::string_view name,
                 const std::optional<std::string>& value) {
  key.append("#").append(kind).append(":");
  append_encoded(key, name, "#%=");
  if (!value) return;
  key.push_back('=');
  append_encoded(key, *value, "#%");
}

// A field's value, its lines combined (RFC 9110, section 5.3), each trimmed.
std::optional<std::string> field_value(const http::FieldList& fields, std::string_view name) {
  std::optional<std::string> value;
  for (const http::Field field : fields) {
    if (!equal_ignoring_case(field.name, name)) continue;
    if (value) {
      value->append(", ").append(trim(field.value));
    } else {
      value = std::string(trim(field.value));
    }
  }
  return value;
}

void append_partition(std::string& key, const Route& route, const http::FieldList& request_fields) {
  if (route.when.looks_at_fields()) append_part(key, "route", route.name, std::nullopt);
  for (const std::string& name : route.headers) {
    append_part(key, "header", lower(name), field_value(request_fields, name));
  }
  for (const std::string& name : route.fields_of_earlier) {
    if (auto value = field_value(request_fields, name)) append_part(key, "header", lower(name), value);
  }
  const std::vector<std::string>& cookies = route.cookies.key;
  for (std::size_t i = 0; i < cookies.size(); ++i) {
    if (cookies[i].find('*') == std::string::npos) {
      append_part(key, "cookie", cookies[i], cookie_value(request_fields, cookies[i]));
      continue;
    }
    for (const auto& [name, value] : cookies_by_glob(request_fields, route.cookies, i)) {
      append_part(key, "cookie", name, std::string(value));
    }
  }
}

void append_path_and_query(std::string& out, std::string_view path, const std::optional<std::string>& query) {
  out.append(path);
  if (query) out.append("?").append(*query);
}

// Path and query by the route's rule.
void append_keyed(std::string& out, const Route& route, const http::Target& target) {
  if (route.query.mode == QueryRule::Mode::as_received && !route.query.sorted) {
    append_path_and_query(out, target.path, target.query);
  } else {
    append_path_and_query(out, target.path, keep_query(route.query, target.query));
  }
}

}  // namespace

Key key_of(const Route& route, const http::Target& target, const http::FieldList& request_fields) {
  Key key;
  append_key(key.text, route, target, request_fields);
  if (route.query.forward_all) {
    key.forward_target = target.origin_form();
  } else {
    append_keyed(key.forward_target, route, target);
  }
  return key;
}

// RFC 9110, section 4.2.1: another port is another origin.
void append_key(std::string& out, const Route& route, const http::Target& target,
                const http::FieldList& request_fields) {
  out.append("GET:").append(target.scheme).append("://").append(target.host);
  if (!target.port.empty()) out.append(":").append(target.port);
  append_keyed(out, route, target);
  append_partition(out, route, request_fields);
}

const std::string& site_of(const http::Target& target) {
  return target.host;
}

std::string variant_key(std::string_view primary, const std::vector<std::string>& names,
                        const http::FieldList& request_fields) {
  std::string key(primary);
  for (const std::string& name : names) {
    std::optional<std::string> value = field_value(request_fields, name);
    if (value) value = normalised(name, *value);
    append_part(key, "vary", name, value);
  }
  return key;
}

// RFC 9110, section 12.5.5; RFC 9111, section 4.1.
std::optional<std::vector<std::string>> vary_names(const http::FieldList& response_fields) {
  std::vector<std::string> names;
  for (const http::Field field : response_fields) {
    if (!equal_ignoring_case(field.name, "Vary")) continue;
    for (const std::string_view name : http::split_list(field.value)) {
      // What is no field name is read in as many ways as there are caches: nobody knows what it selects by.
      if (name == "*" || !is_token(name) || names.size() == most_selecting_fields) return std::nullopt;
      names.push_back(lower(name));
    }
  }
  // A client that cannot read a coding must not get it because an origin forgot Vary.
  const auto coding = response_fields.find("Content-Encoding");
  if (coding && !equal_ignoring_case(trim(*coding), "identity")) names.emplace_back("accept-encoding");
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::string redis_name(std::string_view prefix, std::string_view key) {
  const bool is_plain = std::all_of(key.begin(), key.end(), [](char c) {
    return !is_outside_uri(static_cast<unsigned char>(c)) && c != '{' && c != '}';
  });
  std::string name(prefix);
  name.append(":r:");
  const std::size_t start = name.size();
  if (is_plain) {
    name.append(key);
  } else {
    name.append("encoded:");
    append_encoded(name, key, "{}%");
  }
  if (name.size() - start > longest_redis_name) name.replace(start, name.npos, "sha256:" + sha256_hex(key));
  return name;
}

}  // namespace larder::policy
