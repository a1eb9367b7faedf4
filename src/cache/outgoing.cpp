#include "outgoing.hpp"

#include <larder/http/cache_control.hpp>
#include <larder/policy/credentials.hpp>
#include <larder/policy/reason.hpp>
#include <larder/policy/route.hpp>

#include <algorithm>
#include <string>

namespace larder::cache {
namespace {

using pipeline::CacheResult;
using pipeline::Response;
using policy::ResponseRule;

/// Whether the origin saw something that identifies the client. What the route keys or ignores counts as
/// well: caches further out do not know by what larder keeps its answers apart, and what is passed has the
/// cookies that shared requests go without.
bool has_credential(const policy::Route& route, const http::FieldList& request_fields) {
  if (request_fields.contains("Cookie") || request_fields.contains("Authorization")) return true;
  return std::any_of(request_fields.begin(), request_fields.end(), [&route](const http::Field& field) {
    return route.credential_fields->contains(field.name);
  });
}

/// Whether the origin has forbidden to keep it.
bool is_forbidden(const Response& response) {
  const http::CacheControl control = http::parse_cache_control(response.head.fields);
  return control.is_private || control.no_store ||
         response.reason == policy::token_of(policy::Reason::response_no_store) ||
         response.reason == policy::token_of(policy::Reason::response_private);
}

/// Whether requests with credentials have stored responses of their own.
bool keys_credentials(const policy::Route& route) {
  return !route.cookies.key.empty() || std::ranges::any_of(route.headers, [&route](const std::string& name) {
    const http::FieldName field(name);
    return field == "Cookie" || field == "Authorization" || route.credential_fields->contains(field);
  });
}

/// A rule that says `public` of what one client got would have caches further out give it to others: such a
/// response keeps what its origin says to them.
bool is_for_one(const policy::Route& route, const pipeline::Request& request, const Response& response) {
  // A cookie that goes out with what is stored stands in the stored lines.
  if (response.head.fields.contains("Set-Cookie")) return true;
  const CacheResult result = response.cache_result;
  const bool is_for_others = response.is_stored || result == CacheResult::hit ||
                             result == CacheResult::stale || result == CacheResult::revalidated;
  if (is_for_others) return keys_credentials(route) && has_credential(route, request.head.fields);
  return is_forbidden(response) || has_credential(route, request.head.fields) ||
         policy::unkeyed_credential(route, request.head, {}) != policy::Reason::none;
}

/// The rule as it is for one response.
class Applied {
 public:
  Applied(const ResponseRule& rule, bool is_for_one) : rule_(rule), is_for_one_(is_for_one) {}

  bool writes(const policy::FieldTemplate& one) const { return !is_left(one.name); }
  bool removes(std::string_view name) const { return rule_.replaces(name) && !is_left(name); }

 private:
  bool is_left(std::string_view name) const { return is_for_one_ && policy::is_for_caches_further_out(name); }

  const ResponseRule& rule_;
  bool is_for_one_;
};

/// Calls with each line of a wire text and the name of its field.
template <class Take>
void for_each_line(std::string_view lines, Take take) {
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n') + 1);
    take(line, line.substr(0, line.find(':')));
    lines.remove_prefix(line.size());
  }
}

bool has_removed(std::string_view lines, const Applied& rule) {
  bool has = false;
  for_each_line(lines, [&](std::string_view, std::string_view name) { has = has || rule.removes(name); });
  return has;
}

/// Lines that a stored response lends are copied only where some of them do not go out.
void remove_fields(const Applied& rule, Response& response) {
  http::FieldList& own = response.head.fields;
  own.remove_if([&rule](const http::Field& field) { return rule.removes(field.name); });
  if (response.shared_lines.empty() || !has_removed(response.shared_lines.view(), rule)) return;
  for_each_line(response.shared_lines.view(), [&](std::string_view line, std::string_view name) {
    if (!rule.removes(name)) own.add_line(line, http::FieldName(name));
  });
  response.shared_lines = Bytes();
}

void write_field(const policy::FieldTemplate& one, const policy::TemplateValues& values,
                 http::FieldList& fields) {
  const http::FieldName name(one.name);
  if (one.text.find('{') == one.text.npos) return fields.add(name, one.text);
  const std::optional<std::string> value = policy::expand_field(one.text, values);
  if (value) fields.add(name, *value);
}

}  // namespace

void keep_unseen_cookies(const Transaction& transaction, pipeline::Response& response) {
  if (transaction.route().set_cookie == policy::SetCookieRule::allow) return;
  policy::keep_unseen_cookies(transaction.request.unseen_cookies, response.head.fields);
}

void write_outgoing(const policy::RouteMatch& match, const pipeline::Request& request, Response& response) {
  const ResponseRule& rule = match.route->response;
  if (!rule.applies(response.head.status)) return;
  const Applied applied(rule, is_for_one(*match.route, request, response));
  remove_fields(applied, response);
  if (rule.set.empty() && rule.add.empty()) return;
  policy::TemplateValues values = template_values(match, request);
  policy::Captures captures;
  if (match.captures.empty() && rule.has_placeholders()) {
    captures = policy::captures_of(*match.route, request.target.path);
    values.captures = &captures;
  }
  for (const auto* templates : {&rule.set, &rule.add}) {
    for (const policy::FieldTemplate& one : *templates) {
      if (applied.writes(one)) write_field(one, values, response.head.fields);
    }
  }
}

}  // namespace larder::cache
