#include "strong_validator.hpp"

#include <larder/base/text.hpp>
#include <larder/http/date.hpp>
#include <larder/http/etag.hpp>

namespace larder::policy {
namespace {

// For reading years of two digits, which strong validators do not need: they are then of this century.
constexpr Time no_time_in_particular{Seconds{1'700'000'000}};

}  // namespace

bool is_strong_date(const http::FieldList& fields, Time modified, Time now) {
  const auto date = http::parse_date(trim(fields.find("Date").value_or("")), now);
  return date && *date - modified >= Seconds{1};
}

std::optional<std::string> strong_validator(const http::FieldList& fields) {
  if (fields.contains("ETag")) {
    const std::string_view value = trim(fields.find("ETag").value_or(""));
    const auto tag = http::parse_etag(value);
    if (!tag || tag->weak || fields.count("ETag") != 1) return std::nullopt;
    return std::string(value);
  }
  const std::string_view value = trim(fields.find("Last-Modified").value_or(""));
  const auto modified = http::parse_date(value, no_time_in_particular);
  if (!modified || !is_strong_date(fields, *modified, no_time_in_particular)) return std::nullopt;
  return std::string(value);
}

}  // namespace larder::policy
