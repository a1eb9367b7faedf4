#include "cookies.hpp"
#include "percent.hpp"

#include <larder/base/text.hpp>
#include <larder/policy/route.hpp>
#include <larder/policy/signature.hpp>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>

namespace larder::policy {
namespace {

// What a request says of its signatures.
struct Signature {
  std::string fields;  // words of Authorization and Signature-Input
  std::string query;   // names that SignedHeaders in the query holds
  bool is_in_query = false;

  bool is_in_fields() const { return !fields.empty(); }
};

bool contains(std::string_view text, std::string_view part) {
  const auto same = [](char a, char b) { return to_lower(a) == to_lower(b); };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

// AWS4-HMAC-SHA256, AWS4-ECDSA-P256-SHA256, AWS, GOOG4-RSA-SHA256, SharedKey (Azure), OSS4-HMAC-SHA256,
// TC3-HMAC-SHA256, EG1-HMAC-SHA256 (Akamai), Signature (draft-cavage-http-signatures), Hawk and kin.
bool is_signature_scheme(std::string_view scheme) {
  static constexpr std::array<std::string_view, 6> prefixes{"AWS", "GOOG", "SharedKey",
                                                            "OSS", "OBS",  "Signature"};
  if (contains(scheme, "HMAC") || equal_ignoring_case(scheme, "Hawk")) return true;
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [scheme](std::string_view prefix) { return starts_with_ignoring_case(scheme, prefix); });
}

// RFC 9421, section 4.1: Signature-Input names what is signed.
std::string signature_in(const http::FieldList& fields) {
  std::string signature = fields.combined("Signature-Input").value_or("");
  const std::string_view authorization = trim(fields.find("Authorization").value_or(""));
  if (is_signature_scheme(authorization.substr(0, authorization.find(' ')))) signature += authorization;
  return signature;
}

std::string_view query_of(std::string_view target) {
  const std::size_t mark = target.find('?');
  return mark == target.npos ? std::string_view() : target.substr(mark + 1);
}

// Whose key the older `Signature` is made with: AWS, CloudFront, Google, Alibaba.
bool names_signing_key(std::string_view name) {
  static constexpr std::array<std::string_view, 4> names{"AWSAccessKeyId", "Key-Pair-Id", "GoogleAccessId",
                                                         "OSSAccessKeyId"};
  return std::any_of(names.begin(), names.end(),
                     [name](std::string_view one) { return equal_ignoring_case(name, one); });
}

// X-Amz-Signature and X-Amz-SignedHeaders; Google, Alibaba and Volcengine have their own in place of Amz.
void read_query(std::string_view query, Signature& signature) {
  bool has_older = false;
  bool has_key = false;
  while (!query.empty()) {
    const std::string_view parameter = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(parameter.size() + 1, query.size()));
    const std::size_t equals = std::min(parameter.find('='), parameter.size());
    const std::string_view name = parameter.substr(0, equals);
    has_older = has_older || equal_ignoring_case(name, "Signature");
    has_key = has_key || names_signing_key(name);
    if (!starts_with_ignoring_case(name, "X-")) continue;
    if (ends_with_ignoring_case(name, "-Signature")) signature.is_in_query = true;
    if (!ends_with_ignoring_case(name, "-SignedHeaders")) continue;
    signature.query += percent_decoded(parameter.substr(std::min(equals + 1, parameter.size())));
    signature.query += ';';
  }
  if (has_older && has_key) signature.is_in_query = true;
}

Signature signature_of(const http::RequestHead& request) {
  Signature signature{.fields = signature_in(request.fields)};
  read_query(query_of(request.target), signature);
  return signature;
}

// Of one with a list of what it covers; older schemes have none.
bool is_list(std::string_view words) {
  return contains(words, "SignedHeaders") || contains(words, "created=") || contains(words, "headers=") ||
         contains(words, "(");
}

bool covers(const Signature& signature, std::string_view name) {
  return contains(signature.fields, name) || (signature.is_in_query && contains(signature.query, name));
}

// Whether an altered condition spoils it. Which fields the words of a request name is not looked at.
bool covers_conditions(const Signature& signature, const http::FieldList& fields) {
  static constexpr std::array<std::string_view, 3> conditions{"If-None-Match", "If-Modified-Since",
                                                              "If-Range"};
  return std::any_of(conditions.begin(), conditions.end(), [&](std::string_view name) {
    return fields.contains(name) && (signature.is_in_fields() || covers(signature, name));
  });
}

bool covers_range(const Signature& signature, const http::FieldList& fields) {
  if (!fields.contains("Range")) return false;
  const bool is_unlisted = signature.is_in_fields() && !is_list(signature.fields);
  return is_unlisted || covers(signature, "range");
}

bool covers_host(const Signature& signature) {
  if (signature.is_in_query || !is_list(signature.fields)) return true;
  return covers(signature, "host") || covers(signature, "@authority") || covers(signature, "@target-uri");
}

}  // namespace

bool is_signed(const http::RequestHead& request) {
  const Signature signature = signature_of(request);
  return signature.is_in_fields() || signature.is_in_query;
}

bool is_signed_as_written(const http::RequestHead& request, const SharedForm& shared) {
  Signature signature = signature_of(request);
  if (signature.is_in_query) {
    Signature sent;
    read_query(query_of(shared.target), sent);
    signature.is_in_query = sent.is_in_query;
  }
  if (!signature.is_in_fields() && !signature.is_in_query) return false;
  if (covers_conditions(signature, request.fields) || covers_range(signature, request.fields)) return true;
  if (request.fields.contains("Accept-Encoding") && covers(signature, "accept-encoding")) return true;
  if (shared.changes_host && covers_host(signature)) return true;
  return request.target.starts_with('/') && shared.target != request.target;
}

bool is_signed_over(const http::RequestHead& request, std::string_view name) {
  return covers(signature_of(request), name);
}

bool is_signed_over_cookies(const Route& route, const http::RequestHead& request) {
  if (!request.fields.contains("Cookie") || is_keyed_field(route, "Cookie")) return false;
  if (keeps_cookie_lines(request.fields, route.cookies)) return false;
  return covers(signature_of(request), "cookie");
}

}  // namespace larder::policy
