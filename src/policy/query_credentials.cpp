#include "name_patterns.hpp"
#include "percent.hpp"
#include "query.hpp"

#include <larder/base/text.hpp>
#include <larder/policy/query_credentials.hpp>
#include <larder/policy/route.hpp>

#include <algorithm>
#include <cstdint>

namespace larder::policy {
namespace {

/// Which of the lists a name is on: most are on none, which one look tells.
class Lists {
 public:
  Lists()
      : all_(NamePatterns::Spelling::field, together()),
        credentials_(NamePatterns::Spelling::field, query_credentials()),
        signatures_(NamePatterns::Spelling::field, query_signatures()),
        companions_(NamePatterns::Spelling::field, query_signature_companions()) {}

  bool has(std::string_view name) const { return all_.contains(name); }
  bool is_credential(std::string_view name) const { return credentials_.contains(name); }
  bool is_signature(std::string_view name) const { return signatures_.contains(name); }
  bool is_companion(std::string_view name) const { return companions_.contains(name); }

 private:
  static std::vector<std::string> together() {
    std::vector<std::string> names = query_credentials();
    for (const auto* more : {&query_signatures(), &query_signature_companions()}) {
      names.insert(names.end(), more->begin(), more->end());
    }
    return names;
  }

  NamePatterns all_;
  NamePatterns credentials_;
  NamePatterns signatures_;
  NamePatterns companions_;
};

const Lists& lists() {
  static const Lists all;
  return all;
}

/// What was found in one query so far. The bits of the pairs are those of their places in the list.
struct Found {
  bool credential = false;
  bool signature = false;
  bool companion = false;
  std::uint32_t firsts = 0;
  std::uint32_t seconds = 0;

  bool any() const { return credential || (signature && companion) || (firsts & seconds) != 0; }
};

bool is_of_token(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte != '~' && is_unreserved(byte);
}

/// RFC 7519 and RFC 7516: parts in base64url, the first of them an object of JSON (`{"`).
bool is_json_web_token(std::string_view value) {
  return value.starts_with("eyJ") && std::ranges::count(value, '.') >= 2 &&
         std::ranges::all_of(value, is_of_token);
}

/// Akamai's tokens, which go under any name.
bool is_signed_by_fields(std::string_view value) {
  return value.find("~hmac=") != value.npos || value.find("~hmac%3") != value.npos;
}

/// A time in seconds between separators, beside what can be a signature: `1893456000-abc...`.
bool holds_time(std::string_view value) {
  constexpr std::size_t digits = 10;
  constexpr std::size_t shortest = digits + 1 + 3;
  if (value.size() < shortest) return false;
  std::size_t run = 0;
  for (std::size_t i = 0; i <= value.size(); ++i) {
    const bool is_digit = i < value.size() && value[i] >= '0' && value[i] <= '9';
    if (!is_digit && run == digits) return true;
    run = is_digit ? run + 1 : 0;
  }
  return false;
}

/// Wowza's, whose prefix is a setting.
bool is_token_hash(std::string_view name) {
  return ends_with_ignoring_case(name, "tokenhash");
}

constexpr std::size_t longest_of_pair = std::string_view("expires").size();

void look_for_pairs(const QueryRule& rule, std::string_view parameter, std::string_view name, Found& found) {
  std::uint32_t bit = 1;
  for (const auto& [first, second] : query_signature_pairs()) {
    if (equal_ignoring_case(second, name)) found.seconds |= bit;
    if (equal_ignoring_case(first, name) && keeps_parameter(rule, parameter, name)) found.firsts |= bit;
    bit <<= 1;
  }
}

void look_at(const QueryRule& rule, std::string_view parameter, std::string_view name, std::string_view value,
             Found& found) {
  if (name.size() <= longest_of_pair) look_for_pairs(rule, parameter, name, found);
  const bool is_token = is_json_web_token(value) || is_signed_by_fields(value) || is_token_hash(name);
  if (!is_token && !lists().has(name)) return;
  if (lists().is_companion(name)) found.companion = true;
  if (!keeps_parameter(rule, parameter, name)) return;
  if (is_token || lists().is_credential(name)) found.credential = true;
  if (lists().is_signature(name)) (holds_time(value) ? found.credential : found.signature) = true;
}

}  // namespace

bool has_query_credential(const Route& route, std::string_view request_target) {
  const std::size_t mark = request_target.find('?');
  if (mark == request_target.npos || route.shares_credentials) return false;
  Found found;
  std::string_view query = request_target.substr(mark + 1);
  while (!query.empty() && !found.credential) {
    const std::string_view parameter = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(parameter.size() + 1, query.size()));
    // There are origins that split at ";" too.
    for (std::string_view rest = parameter; !rest.empty();) {
      const std::string_view one = rest.substr(0, rest.find(';'));
      rest.remove_prefix(std::min(one.size() + 1, rest.size()));
      const std::string_view name = one.substr(0, one.find('='));
      const std::string_view value = one.substr(std::min(name.size() + 1, one.size()));
      if (name.find('%') == name.npos) {
        look_at(route.query, parameter, name, value, found);
      } else {
        look_at(route.query, parameter, percent_decoded(name), value, found);
      }
    }
  }
  return found.any();
}

}  // namespace larder::policy
