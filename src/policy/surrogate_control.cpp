#include "surrogate_control.hpp"

#include <larder/base/text.hpp>
#include <larder/http/list.hpp>

#include <algorithm>

namespace larder::policy {
namespace {

/// `max-age=3600+600;abc`: a directive, how much longer it may be used stale, and whom it is for.
struct Directive {
  std::string_view name;
  std::string_view value;
  std::string_view target;  ///< empty: all
};

Directive directive_of(std::string_view member) {
  const std::size_t semicolon = std::min(member.find(';'), member.size());
  const std::string_view text = trim(member.substr(0, semicolon));
  const std::size_t equals = std::min(text.find('='), text.size());
  Directive directive;
  directive.name = trim(text.substr(0, equals));
  directive.value = trim(text.substr(std::min(equals + 1, text.size())));
  directive.target = trim(member.substr(std::min(semicolon + 1, member.size())));
  return directive;
}

/// Of two directives for the same target the stricter one counts, as in Cache-Control.
void read(const Directive& directive, std::optional<http::CacheControl>& out) {
  const bool is_no_store = equal_ignoring_case(directive.name, "no-store");
  const bool is_max_age = equal_ignoring_case(directive.name, "max-age");
  if (!is_no_store && !is_max_age) return;
  if (!out) out.emplace().present = true;
  if (is_no_store) out->no_store = true;
  if (!is_max_age) return;
  const std::string_view seconds = directive.value.substr(0, directive.value.find('+'));
  const Seconds age = http::parse_delta_seconds(seconds).value_or(Seconds{0});
  out->max_age = std::min(age, out->max_age.value_or(age));
}

}  // namespace

std::optional<http::CacheControl> parse_surrogate_control(const http::FieldList& response_fields) {
  std::optional<http::CacheControl> for_us;
  std::optional<http::CacheControl> for_everybody;
  for (const http::Field field : response_fields) {
    if (!equal_ignoring_case(field.name, "Surrogate-Control")) continue;
    for (const std::string_view member : http::split_list(field.value)) {
      const Directive directive = directive_of(member);
      if (directive.target.empty()) read(directive, for_everybody);
      if (equal_ignoring_case(directive.target, surrogate_name)) read(directive, for_us);
    }
  }
  return for_us ? for_us : for_everybody;
}

}  // namespace larder::policy
