#include "route_parts.hpp"

#include "scalars.hpp"
#include "suggest.hpp"

#include <larder/base/text.hpp>
#include <larder/base/token.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace larder::config {
namespace {

/// The statuses that are heuristically cacheable (RFC 9110, section 15.1): only they can take a lifetime from
/// a route.
constexpr std::array ttl_statuses{200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501};

std::optional<int> ttl_status(std::string_view text) {
  int status = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (std::ranges::find(ttl_statuses, status) == ttl_statuses.end()) return std::nullopt;
  return status;
}

std::string ttl_status_names() {
  std::string names;
  for (const int status : ttl_statuses) names += (names.empty() ? "" : ", ") + std::to_string(status);
  return names;
}

std::optional<policy::TtlRule> read_ttl_map(const Value& value) {
  policy::TtlRule rule;
  const Map map(value, "route.ttl");
  for (const Entry& entry : map.entries()) {
    const std::optional<int> status = ttl_status(entry.key);
    if (!status) {
      value.error_at(entry.mark,
                     quoted(entry.key) + " is no status that can have a ttl: " + ttl_status_names());
      continue;
    }
    const std::optional<Milliseconds> ttl = duration(entry.value);
    if (ttl) rule.by_status[*status] = *ttl;
  }
  if (value.node().size() == 0) value.error("must not be empty");
  return rule;
}

/// A glob over the names of query parameters.
bool check_parameter(const Value& item, const std::string& text) {
  if (!text.empty() && !has_control_byte(text) && text.find_first_of("&=# ") == std::string::npos)
    return true;
  item.mismatch("the name of a query parameter", text);
  return false;
}

std::optional<std::vector<std::string>> read_parameters(const Value& value) {
  return list_of(value, "a list of query parameters", check_parameter);
}

bool check_token(const Value& item, const std::string& text) {
  if (is_token(text)) return true;
  item.mismatch("a name without spaces and marks", text);
  return false;
}

bool check_method(const Value& item, const std::string& text) {
  const std::vector<std::string> methods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  if (std::ranges::find(methods, text) != methods.end()) return true;
  item.mismatch("a method such as \"GET\"", text, did_you_mean(text, methods));
  return false;
}

/// Whether each `{name}` in a template is one that the match captures.
bool check_template(const Value& item, const std::string& text, const std::vector<std::string>* captures) {
  if (text.empty() || has_control_byte(text)) {
    item.mismatch("a text without control bytes", text);
    return false;
  }
  for (std::size_t begin = text.find('{'); begin != std::string::npos; begin = text.find('{', begin + 1)) {
    const std::size_t end = text.find('}', begin);
    if (end == std::string::npos) {
      item.error(quoted(text) + " has a \"{\" without its \"}\"");
      return false;
    }
    const std::string name = text.substr(begin + 1, end - begin - 1);
    if (captures == nullptr || std::ranges::find(*captures, name) != captures->end()) continue;
    item.error(quoted(text) + ": the match has no " + quoted("{" + name + "}") +
               did_you_mean(name, *captures));
    return false;
  }
  return true;
}

/// Whether a template becomes a path pattern when its names are replaced.
bool check_purge_url(const Value& item, const std::string& text, const std::vector<std::string>* captures) {
  if (!check_template(item, text, captures)) return false;
  policy::Captures samples;
  if (captures != nullptr) {
    for (const std::string& name : *captures) samples.emplace_back(name, "x");
  }
  const std::optional<std::string> sample = policy::expand_template(text, samples);
  if (!sample || policy::PathPattern::parse(*sample)) return true;
  item.mismatch("a path pattern such as \"/api/search/**\"", text);
  return false;
}

using Names = std::vector<std::string>;

/// Names and globs of cookies, at least one.
std::optional<Names> read_cookie_names(const Value& value) {
  const std::optional<Names> names = list_of(value, "a list of cookies", check_token);
  if (value.is_list() && value.items().empty()) value.error("must not be empty");
  return names;
}

policy::CookieRule read_cookie_map(const Value& value) {
  policy::CookieRule rule;
  read_map(value, "route.cookies", [&](Map& map) {
    map.read("key", rule.key, read_cookie_names);
    map.read("ignore", rule.ignore, read_cookie_names);
    if (map.entries().empty()) value.error("must not be empty: key, ignore, or both");
    for (const std::string& name : rule.key) {
      if (std::ranges::find(rule.ignore, name) == rule.ignore.end()) continue;
      value.error(quoted(name) + " cannot be both part of the key and ignored");
    }
  });
  return rule;
}

std::optional<policy::PurgeRule> read_purge_map(const Value& value,
                                                const std::vector<std::string>* captures) {
  policy::PurgeRule rule;
  const auto check_url = [&](const Value& item, const std::string& text) {
    return check_purge_url(item, text, captures);
  };
  read_map(value, "route.purge", [&](Map& map) {
    map.read("urls", rule.urls,
             [&](const Value& urls) { return list_of(urls, "a list of path patterns", check_url); });
    map.read("tags", rule.tags, [&](const Value& tags) { return read_tags(tags, captures); });
  });
  return rule;
}

}  // namespace

std::optional<policy::TtlRule> read_ttl(const Value& value) {
  if (value.is_map()) return read_ttl_map(value);
  const std::optional<Milliseconds> plain = duration(value);
  if (!plain) return std::nullopt;
  return policy::TtlRule{.plain = plain, .by_status = {}};
}

std::optional<unsigned> read_jitter(const Value& value) {
  constexpr std::string_view expected = "a share such as \"10%\", 50% at most";
  constexpr unsigned most = 50;
  const std::optional<std::string> text = value.text(expected);
  if (!text) return std::nullopt;
  unsigned percent = 0;
  const char* const end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, percent);
  if (error == std::errc{} && percent <= most && std::string_view(stop, end) == "%") return percent;
  value.mismatch(expected, *text);
  return std::nullopt;
}

std::optional<policy::RefreshAhead> read_refresh_ahead(const Value& value) {
  const std::optional<std::string> text = value.text("auto, on or off");
  if (!text) return std::nullopt;
  if (equal_ignoring_case(*text, "auto")) return policy::RefreshAhead::where_needed;
  const std::optional<bool> on = on_off(value);
  if (!on) return std::nullopt;
  return *on ? policy::RefreshAhead::on : policy::RefreshAhead::off;
}

std::optional<policy::QueryRule> read_query(const Value& value) {
  using Mode = policy::QueryRule::Mode;
  policy::QueryRule rule;
  read_map(value, "route.query", [&](Map& map) {
    const Value* const ignore = map.find("ignore");
    const Value* const only = map.find("only");
    if (ignore != nullptr && only != nullptr) value.error("\"ignore\" and \"only\" exclude each other");
    if (ignore != nullptr) rule.mode = Mode::ignore;
    if (only != nullptr) rule.mode = Mode::only;
    map.read("ignore", rule.names, read_parameters);
    map.read("only", rule.names, read_parameters);
    map.read("sorted", rule.sorted, on_off);
    map.read("forward", rule.forward_all, [](const Value& forward) {
      return one_of(forward, std::array{Choice<bool>{"keyed", false}, Choice<bool>{"all", true}});
    });
  });
  return rule;
}

std::optional<policy::CookieRule> read_cookies(const Value& value) {
  using policy::CookieRule;
  if (value.is_list()) return CookieRule::keep_only(read_cookie_names(value).value_or(Names{}));
  if (value.is_map()) return read_cookie_map(value);
  if (!value.is_scalar()) {
    value.mismatch("ignore, refuse, a list of cookie names, or a map of key and ignore");
    return std::nullopt;
  }
  const auto ignore = one_of(value, std::array{Choice<bool>{"ignore", true}, Choice<bool>{"refuse", false}});
  if (!ignore) return std::nullopt;
  return *ignore ? CookieRule::ignore_all() : CookieRule{};
}

std::optional<std::vector<std::string>> read_tags(const Value& value,
                                                  const std::vector<std::string>* captures) {
  return list_of(value, "a list of tags", [&](const Value& item, const std::string& text) {
    return check_template(item, text, captures);
  });
}

std::optional<policy::PurgeRule> read_purge(const Value& value, const std::vector<std::string>* captures) {
  if (value.is_map()) return read_purge_map(value, captures);
  if (!value.is_scalar()) {
    value.mismatch("resource, none or a map of urls and tags");
    return std::nullopt;
  }
  const auto none = one_of(value, std::array{Choice<bool>{"resource", false}, Choice<bool>{"none", true}});
  if (!none) return std::nullopt;
  return policy::PurgeRule{.none = *none, .urls = {}, .tags = {}};
}

std::optional<std::vector<std::string>> read_headers(const Value& value) {
  return list_of(value, "a list of header names", check_token);
}

std::optional<std::vector<std::string>> read_methods(const Value& value) {
  const auto methods = list_of(value, "a list of methods", check_method);
  if (value.is_list() && value.items().empty()) value.error("must not be empty");
  return methods;
}

}  // namespace larder::config
