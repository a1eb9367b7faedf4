#include <larder/base/text.hpp>
#include <larder/base/token.hpp>
#include <larder/http/cache_status.hpp>
#include <larder/http/field_list.hpp>

#include <algorithm>

namespace larder::http {
namespace {

// A token of structured fields (RFC 8941, section 3.3.4).
bool is_structured_token(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !text.empty() && (is_letter(text.front()) || text.front() == '*') &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return c == ':' || c == '/' || is_token(std::string_view(&c, 1)); });
}

// As a token, or as a string (RFC 8941, section 3.3.3) if it is not one; what a string cannot hold becomes
// "?".
void append_item(std::string& out, std::string_view text) {
  if (is_structured_token(text)) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c >= 0x20 && c < 0x7F ? c : '?';
  }
  out += '"';
}

}  // namespace

std::string format_cache_status(const CacheStatus& status) {
  std::string out;
  append_cache_status(out, status);
  return out;
}

void append_cache_status(std::string& out, const CacheStatus& status) {
  out += "larder";
  if (status.hit) out += "; hit";
  if (!status.fwd.empty()) {
    out += "; fwd=";
    append_item(out, status.fwd);
  }
  if (status.fwd_status) append_number(out.append("; fwd-status="), *status.fwd_status);
  if (status.ttl) append_number(out.append("; ttl="), status.ttl->count());
  if (status.stored) out += "; stored";
  if (status.collapsed) out += "; collapsed";
  if (!status.detail.empty()) {
    out += "; detail=";
    append_item(out, status.detail);
  }
}

}  // namespace larder::http
