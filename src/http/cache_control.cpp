#include "directives.hpp"

#include <larder/base/text.hpp>
#include <larder/base/token.hpp>
#include <larder/http/cache_control.hpp>
#include <larder/http/list.hpp>

#include <algorithm>

namespace larder::http {
namespace {

/// One member of the list: name, and what follows its "=".
struct Directive {
  std::string_view name;
  std::optional<std::string_view> argument;  ///< a quoted string keeps its quotes
};

bool is_quoted(std::string_view text) {
  return text.size() >= 2 && text.front() == '"' && text.back() == '"';
}

// RFC 9111, section 5.2: recipients ought to accept both the token and the quoted form.
std::string_view unquote(std::string_view text) {
  return is_quoted(text) ? text.substr(1, text.size() - 2) : text;
}

std::string_view argument_of(const Directive& directive) {
  return unquote(directive.argument.value_or(""));
}

Seconds seconds_of(const Directive& directive) {
  return parse_delta_seconds(argument_of(directive)).value_or(Seconds(0));
}

void keep_smaller(std::optional<Seconds>& kept, Seconds value) {
  kept = kept ? std::min(*kept, value) : value;
}

void keep_larger(std::optional<Seconds>& kept, Seconds value) {
  kept = kept ? std::max(*kept, value) : value;
}

// RFC 9111, section 5.2.1.2: max-stale without a value accepts any age; one with a value beside it is
// stricter.
void read_max_stale(const Directive& directive, CacheControl& out) {
  if (directive.argument) {
    keep_smaller(out.max_stale, seconds_of(directive));
    out.max_stale_any = false;
  } else {
    out.max_stale_any = !out.max_stale;
  }
}

void read(const Directive& directive, CacheControl& out) {
  const std::string_view name = directive.name;
  for (const Flag& flag : flags) {
    if (equal_ignoring_case(name, flag.name)) out.*flag.member = true;
  }
  for (const Duration& duration : durations) {
    if (equal_ignoring_case(name, duration.name)) keep_smaller(out.*duration.member, seconds_of(directive));
  }
  if (equal_ignoring_case(name, "no-cache"))
    read_field_names(argument_of(directive), out.no_cache, out.no_cache_fields);
  if (equal_ignoring_case(name, "private"))
    read_field_names(argument_of(directive), out.is_private, out.private_fields);
  if (equal_ignoring_case(name, "max-stale")) read_max_stale(directive, out);
  if (equal_ignoring_case(name, "min-fresh")) keep_larger(out.min_fresh, seconds_of(directive));
}

std::optional<Directive> directive_of(std::string_view member) {
  const std::size_t equals = member.find('=');
  Directive directive{member.substr(0, equals), std::nullopt};
  if (!is_token(directive.name)) return std::nullopt;
  if (equals == std::string_view::npos) return directive;
  directive.argument = member.substr(equals + 1);
  if (!is_quoted(*directive.argument) && !is_token(*directive.argument)) return std::nullopt;
  return directive;
}

bool permits(std::string_view name) {
  const auto is_named = [name](const Flag& flag) {
    return flag.permits && equal_ignoring_case(name, flag.name);
  };
  return equal_ignoring_case(name, "max-stale") || std::any_of(flags.begin(), flags.end(), is_named);
}

// A member such as `no-store private` or `max-age=60;x` is not a directive. What it seems to forbid is taken
// as forbidden, and a lifetime in it as 0, so that a sloppy sender never gets more cached than it meant.
void read_malformed(std::string_view member, CacheControl& out) {
  static constexpr std::string_view separators = " \t;";
  while (!member.empty()) {
    const std::string_view word = member.substr(0, member.find_first_of(separators));
    const Directive directive{word.substr(0, word.find('=')), std::nullopt};
    if (!permits(directive.name)) read(directive, out);
    member.remove_prefix(std::min(word.size() + 1, member.size()));
  }
}

}  // namespace

void read_field_names(std::string_view argument, bool& unqualified, std::vector<std::string>& names) {
  bool any = false;
  for (std::string_view name = next_member(argument); !name.empty(); name = next_member(argument)) {
    any = true;
    if (!is_token(name) || names.size() == most_named_fields) {
      unqualified = true;
      continue;
    }
    std::string& added = names.emplace_back(name);
    std::transform(added.begin(), added.end(), added.begin(), to_lower);
  }
  if (!any) unqualified = true;
}

std::optional<Seconds> parse_delta_seconds(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    // RFC 9111, section 1.2.2: what cannot be represented counts as 2^31.
    value = std::min(value * 10 + (c - '0'), largest_delta.count());
  }
  return Seconds(value);
}

CacheControl parse_cache_control(const FieldList& fields, FieldName field_name) {
  CacheControl out;
  if (!fields.contains(field_name)) return out;
  for (const Field field : fields) {
    if (!equal_ignoring_case(field.name, field_name.text())) continue;
    out.present = true;
    std::string_view rest = field.value;
    for (std::string_view member = next_member(rest); !member.empty(); member = next_member(rest)) {
      const std::optional<Directive> directive = directive_of(member);
      if (directive) {
        read(*directive, out);
      } else {
        read_malformed(member, out);
      }
    }
  }
  return out;
}

}  // namespace larder::http
