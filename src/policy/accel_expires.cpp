#include "accel_expires.hpp"

#include <larder/base/text.hpp>

#include <algorithm>
#include <charconv>

namespace larder::policy {
namespace {

/// The end of the year 9999: no date of HTTP is later.
constexpr std::int64_t latest = 253'402'300'799;

std::optional<Time> second_of(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != text.npos) return std::nullopt;
  std::int64_t second = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), second);
  return Time{Seconds{error == std::errc{} ? std::min(second, latest) : latest}};
}

}  // namespace

std::optional<OriginDirectives> parse_accel_expires(const http::FieldList& response_fields) {
  const auto field = response_fields.find(accel_expires_name);
  if (!field) return std::nullopt;
  const std::string_view text = trim(*field);
  OriginDirectives said{.control = {}, .targeted = true, .end = {}, .accel = true};
  said.control.present = true;
  http::CacheControl written = http::parse_cache_control(response_fields);
  said.control.is_private = written.is_private;
  said.control.private_fields = std::move(written.private_fields);
  said.control.is_public = written.is_public;
  if (text.starts_with('@')) {
    said.end = second_of(text.substr(1));
    if (!said.end) return std::nullopt;
  } else {
    said.control.max_age = http::parse_delta_seconds(text);
    if (!said.control.max_age) return std::nullopt;
    said.control.no_store = *said.control.max_age == Seconds{0};
  }
  return said;
}

}  // namespace larder::policy
