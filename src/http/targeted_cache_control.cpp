#include "directives.hpp"

#include <larder/http/cache_control.hpp>
#include <larder/http/structured_fields.hpp>

#include <algorithm>

namespace larder::http {
namespace {

using structured::Member;
using structured::value_of;

// A flag that permits caching must be written as the RFC says; one that forbids it is not undone by a value
// that makes no sense.
bool is_set(const Flag& flag, const Member& value) {
  const bool* boolean = value_of<bool>(value);
  return !flag.permits || (boolean && *boolean);
}

Seconds seconds_of(const Member& value) {
  const auto* integer = value_of<std::int64_t>(value);
  return integer ? std::clamp(Seconds(*integer), Seconds(0), largest_delta) : Seconds(0);
}

// A quoted-string of Cache-Control is a string here and a token a token (RFC 9213, section 2.1).
std::string_view argument_of(const Member& value) {
  if (const auto* text = value_of<std::string>(value)) return *text;
  if (const auto* token = value_of<structured::Token>(value)) return token->text;
  return {};
}

void read(std::string_view name, const Member& value, CacheControl& out) {
  for (const Flag& flag : flags) {
    if (name == flag.name) out.*flag.member = is_set(flag, value);
  }
  for (const Duration& duration : durations) {
    if (name == duration.name) out.*duration.member = seconds_of(value);
  }
  if (name == "no-cache") read_field_names(argument_of(value), out.no_cache, out.no_cache_fields);
  if (name == "private") read_field_names(argument_of(value), out.is_private, out.private_fields);
}

}  // namespace

std::optional<CacheControl> parse_targeted_cache_control(const FieldList& fields,
                                                         std::string_view field_name) {
  const std::optional<std::string> text = fields.combined(field_name);
  if (!text) return std::nullopt;
  const std::optional<structured::Dictionary> dictionary = structured::parse_dictionary(*text);
  if (!dictionary || dictionary->empty()) return std::nullopt;
  CacheControl out;
  out.present = true;
  for (const auto& [name, value] : *dictionary) read(name, value, out);
  return out;
}

}  // namespace larder::http
