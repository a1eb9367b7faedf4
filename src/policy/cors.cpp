#include <larder/base/text.hpp>
#include <larder/http/target.hpp>
#include <larder/policy/cors.hpp>

#include <algorithm>

namespace larder::policy {
namespace {

constexpr std::string_view end_of_scheme = "://";

bool is_letter(char c) {
  return to_lower(c) >= 'a' && to_lower(c) <= 'z';
}

bool is_letter_or_digit(char c) {
  return is_letter(c) || (c >= '0' && c <= '9');
}

// RFC 3986, section 3.1.
bool is_scheme(std::string_view text) {
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, [](char c) {
    return is_letter_or_digit(c) || c == '+' || c == '-' || c == '.';
  });
}

bool is_one_label(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_'; });
}

void add_list(http::FieldList& fields, std::string_view name, const std::vector<std::string>& members) {
  if (members.empty()) return;
  fields.add_written(name, [&members](std::string& out) {
    for (std::size_t i = 0; i < members.size(); ++i) out.append(i == 0 ? "" : ", ").append(members[i]);
  });
}

// Whether the origin may read; the fields that say so.
bool add_permission(const CorsRule& rule, std::optional<std::string_view> origin, http::FieldList& fields) {
  if (rule.origins.any) {
    fields.add("Access-Control-Allow-Origin", "*");
    return true;
  }
  if (!origin || !rule.origins.allow(*origin)) return false;
  fields.add("Access-Control-Allow-Origin", *origin);
  if (rule.credentials) fields.add("Access-Control-Allow-Credentials", "true");
  return true;
}

}  // namespace

Result<CorsOrigin> CorsOrigin::parse(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), to_lower);
  const std::size_t end = lower.find(end_of_scheme);
  if (end == lower.npos || !is_scheme(lower.substr(0, end))) return Error::malformed;
  const std::string scheme = lower.substr(0, end);
  const auto authority = http::parse_authority(std::string_view(lower).substr(end + 3), scheme);
  if (!authority || authority->host.find('%') != std::string::npos) return Error::malformed;
  CorsOrigin origin;
  origin.text_ = scheme + std::string(end_of_scheme) + authority->host;
  if (!authority->port.empty()) origin.text_ += ":" + authority->port;
  origin.star_ = origin.text_.find('*');
  if (origin.star_ == std::string::npos) return origin;
  // In place of a whole label, the first, and not of a domain that others register in.
  const std::string_view host = authority->host;
  const bool is_first = host.starts_with("*.") && host.find('*', 1) == host.npos && host.size() > 2;
  if (!is_first) return Error::malformed;
  return origin;
}

bool CorsOrigin::matches(std::string_view origin) const {
  if (star_ == std::string::npos) return equal_ignoring_case(origin, text_);
  const std::string_view before = std::string_view(text_).substr(0, star_);
  const std::string_view after = std::string_view(text_).substr(star_ + 1);
  if (origin.size() <= before.size() + after.size()) return false;
  const std::size_t end = origin.size() - after.size();
  return starts_with_ignoring_case(origin, before) &&
         ends_with_ignoring_case(origin, after) &&
         is_one_label(origin.substr(before.size(), end - before.size()));
}

bool is_preflight(const http::RequestHead& request) {
  return request.method == "OPTIONS" && request.fields.contains("Origin") &&
         request.fields.contains("Access-Control-Request-Method");
}

std::optional<std::string_view> origin_of(const http::FieldList& request_fields) {
  return request_fields.count("Origin") == 1 ? request_fields.find("Origin") : std::nullopt;
}

bool CorsOrigins::allow(std::string_view origin) const {
  if (any) return true;
  return std::ranges::any_of(named, [origin](const CorsOrigin& one) { return one.matches(origin); });
}

bool is_cors_field(const http::FieldName& name) {
  return starts_with_ignoring_case(name.text(), "Access-Control-");
}

// Fetch standard, section 3.2.3.
void add_cors_fields(const CorsRule& rule, std::optional<std::string_view> origin, http::FieldList& fields) {
  if (add_permission(rule, origin, fields)) add_list(fields, "Access-Control-Expose-Headers", rule.expose);
}

void add_preflight_fields(const CorsRule& rule, std::optional<std::string_view> origin,
                          http::FieldList& fields) {
  fields.add("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
  if (!add_permission(rule, origin, fields)) return;
  add_list(fields, "Access-Control-Allow-Methods", rule.methods);
  add_list(fields, "Access-Control-Allow-Headers", rule.headers);
  fields.add_written("Access-Control-Max-Age", [&rule](std::string& out) {
    append_number(out, std::chrono::floor<Seconds>(rule.max_age).count());
  });
}

}  // namespace larder::policy
