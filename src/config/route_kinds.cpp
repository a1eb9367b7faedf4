#include "route_kinds.hpp"

#include "suggest.hpp"

#include <larder/base/text.hpp>
#include <larder/base/token.hpp>

#include <algorithm>
#include <charconv>

namespace larder::config {
namespace {

using Names = std::vector<std::string>;

std::optional<int> ttl_status(std::string_view text) {
  int status = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!policy::is_heuristically_cacheable(status)) return std::nullopt;
  return status;
}

Names ttl_statuses() {
  Names names;
  for (const int status : policy::heuristically_cacheable_statuses) names.push_back(std::to_string(status));
  return names;
}

std::string ttl_status_names() {
  std::string names;
  for (const std::string& status : ttl_statuses()) names += (names.empty() ? "" : ", ") + status;
  return names;
}

std::optional<policy::TtlRule> read_ttl_map(const Value& value) {
  policy::TtlRule rule;
  const Map map(value);
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

bool check_token(const Value& item, const std::string& text) {
  if (is_token(text)) return true;
  item.mismatch("a name without spaces and marks", text);
  return false;
}

/// A query rule as its keys have it.
struct QueryKeys {
  std::optional<Names> ignore;
  std::optional<Names> only;
  bool sorted = policy::QueryRule{}.sorted;
  bool forward_all = policy::QueryRule{}.forward_all;
};

Section<QueryKeys> query_section() {
  const Optional<Texts> parameters{{"a list of query parameters", check_parameter}};
  Table<QueryKeys> table{{
      key("ignore", &QueryKeys::ignore, parameters, "Names and globs that are not part of the key."),
      key("only", &QueryKeys::only, parameters, "Names and globs that alone are."),
      key("sorted", &QueryKeys::sorted, a_switch, "The order of parameters is not part of the key."),
      key("forward", &QueryKeys::forward_all, Choices<bool>{{{"keyed", false}, {"all", true}}},
          "What is sent on: what is keyed, or all."),
  }};
  table.check = [](Map&, const Value& section, QueryKeys& keys) {
    if (keys.ignore && keys.only) section.error("\"ignore\" and \"only\" exclude each other");
  };
  return {std::move(table), true};
}

Section<policy::CookieRule> cookie_section() {
  using policy::CookieRule;
  const Texts names{"a list of cookies", check_token, false};
  Table<CookieRule> table{{
      key("key", &CookieRule::key, names, "Names and globs that are part of the key.")
          .shown_if([](const CookieRule& rule) { return !rule.key.empty(); }),
      key("ignore", &CookieRule::ignore, names, "Names and globs that are not sent.")
          .shown_if([](const CookieRule& rule) { return !rule.ignore.empty(); }),
  }};
  table.check = [](Map& map, const Value& section, CookieRule& rule) {
    if (map.entries().empty()) section.error("must not be empty: key, ignore, or both");
    for (const std::string& name : rule.key) {
      if (std::ranges::find(rule.ignore, name) == rule.ignore.end()) continue;
      section.error(quoted(name) + " cannot be both part of the key and ignored");
    }
  };
  return {std::move(table), true};
}

const Names& offered_methods() {
  static const Names methods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  return methods;
}

bool check_method(const Value& item, const std::string& text) {
  const Names& methods = offered_methods();
  if (std::ranges::find(methods, text) != methods.end()) return true;
  item.mismatch("a method such as \"GET\"", text, did_you_mean(text, methods));
  return false;
}

/// Whether each `{name}` in a template is one that the match captures.
bool check_template(const Value& item, const std::string& text, const Names* captures) {
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
bool check_purge_url(const Value& item, const std::string& text, const Names* captures) {
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

/// A list of templates; `captures` is nullptr if the match is broken.
struct Templates {
  std::string_view expected;
  bool (*check)(const Value& item, const std::string& text, const Names* captures);
  const Names* captures;

  std::optional<Names> read(const Value& value) const {
    return list_of(value, expected,
                   [&](const Value& item, const std::string& text) { return check(item, text, captures); });
  }

  YAML::Node write(const Names& texts) const { return list_node(texts); }
  json::object schema() const { return list_schema(any_text_schema()); }
};

Section<policy::PurgeRule> purge_section(const Names* captures) {
  using policy::PurgeRule;
  return {{{
              key("urls", &PurgeRule::urls, Templates{"a list of path patterns", check_purge_url, captures},
                  "Path patterns, as /api/search/**, with {names} of the match."),
              key("tags", &PurgeRule::tags, Templates{"a list of tags", check_template, captures},
                  "Tags, with {names} of the match."),
          }},
          true};
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

std::string jitter_text(const unsigned& percent) {
  return std::to_string(percent) + "%";
}

json::object jitter_schema() {
  return pattern_schema("^([0-9]|[1-4][0-9]|50)%$");
}

std::optional<policy::RefreshAhead> read_refresh_ahead(const Value& value) {
  const std::optional<std::string> text = value.text("auto, on or off");
  if (!text) return std::nullopt;
  if (equal_ignoring_case(*text, "auto")) return policy::RefreshAhead::where_needed;
  const std::optional<bool> on = on_off(value);
  if (!on) return std::nullopt;
  return *on ? policy::RefreshAhead::on : policy::RefreshAhead::off;
}

std::string refresh_ahead_text(const policy::RefreshAhead& rule) {
  if (rule == policy::RefreshAhead::where_needed) return "auto";
  return rule == policy::RefreshAhead::on ? "on" : "off";
}

json::object refresh_ahead_schema() {
  return either_schema(words_schema(Names{"auto"}), switch_schema());
}

}  // namespace

const Scalar<unsigned> a_jitter{read_jitter, jitter_text, jitter_schema};
const Scalar<policy::RefreshAhead> a_refresh_ahead{read_refresh_ahead, refresh_ahead_text,
                                                   refresh_ahead_schema};

std::optional<Names> captures_of(const policy::Route& route) {
  const Result<policy::PathPattern> pattern = policy::PathPattern::parse(route.match);
  if (!pattern) return std::nullopt;
  return pattern->capture_names();
}

std::optional<policy::TtlRule> Ttl::read(const Value& value) const {
  if (value.is_map()) return read_ttl_map(value);
  const std::optional<Milliseconds> plain = duration(value);
  if (!plain) return std::nullopt;
  return policy::TtlRule{.plain = plain, .by_status = {}};
}

YAML::Node Ttl::write(const policy::TtlRule& rule) const {
  if (rule.plain) return a_duration.write(*rule.plain);
  if (rule.by_status.empty()) return {};
  YAML::Node map(YAML::NodeType::Map);
  map.SetStyle(YAML::EmitterStyle::Flow);
  for (const auto& [status, ttl] : rule.by_status)
    map.force_insert(std::to_string(status), a_duration.write(ttl));
  return map;
}

json::object Ttl::schema() const {
  json::object by_status;
  for (const std::string& status : ttl_statuses()) by_status[status] = a_duration.schema();
  json::object map = section_schema(std::move(by_status), {});
  map["minProperties"] = 1;
  return either_schema(a_duration.schema(), std::move(map));
}

std::optional<policy::QueryRule> Query::read(const Value& value) const {
  using Mode = policy::QueryRule::Mode;
  std::optional<QueryKeys> keys = query_section().read(value);
  if (!keys) return std::nullopt;
  policy::QueryRule rule;
  if (keys->ignore) rule.mode = Mode::ignore;
  if (keys->only) rule.mode = Mode::only;
  if (rule.mode != Mode::as_received)
    rule.names = *std::move(rule.mode == Mode::only ? keys->only : keys->ignore);
  rule.sorted = keys->sorted;
  rule.forward_all = keys->forward_all;
  return rule;
}

YAML::Node Query::write(const policy::QueryRule& rule) const {
  using Mode = policy::QueryRule::Mode;
  QueryKeys keys;
  if (rule.mode == Mode::ignore) keys.ignore = rule.names;
  if (rule.mode == Mode::only) keys.only = rule.names;
  keys.sorted = rule.sorted;
  keys.forward_all = rule.forward_all;
  return query_section().write(keys);
}

json::object Query::schema() const {
  json::object schema = query_section().schema();
  schema["not"] = {{"required", {"ignore", "only"}}};
  return schema;
}

void Query::list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const {
  query_section().list(path, takes, entries);
}

std::optional<policy::CookieRule> Cookies::read(const Value& value) const {
  using policy::CookieRule;
  const Section<CookieRule> section = cookie_section();
  if (value.is_list()) {
    const Texts names{"a list of cookies", check_token, false};
    return CookieRule::keep_only(names.read(value).value_or(Names{}));
  }
  if (value.is_map()) return section.read(value);
  if (!value.is_scalar()) {
    value.mismatch("ignore, refuse, a list of cookie names, or a map of key and ignore");
    return std::nullopt;
  }
  const auto ignore = Choices<bool>{{{"ignore", true}, {"refuse", false}}}.read(value);
  if (!ignore) return std::nullopt;
  return *ignore ? CookieRule::ignore_all() : CookieRule{};
}

YAML::Node Cookies::write(const policy::CookieRule& rule) const {
  using policy::CookieRule;
  if (rule == CookieRule{}) return text_node("refuse");
  if (rule == CookieRule::ignore_all()) return text_node("ignore");
  if (rule == CookieRule::keep_only(rule.key)) return list_node(rule.key);
  return cookie_section().write(rule);
}

json::object Cookies::schema() const {
  json::object map = cookie_section().schema();
  map["minProperties"] = 1;
  json::object list = list_schema(any_text_schema());
  list["minItems"] = 1;
  return either_schema(words_schema(Names{"refuse", "ignore"}),
                       either_schema(std::move(list), std::move(map)));
}

void Cookies::list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const {
  cookie_section().list(path, takes, entries);
}

std::optional<Names> Tags::read(const Value& value, const policy::Route& route) const {
  const std::optional<Names> captures = captures_of(route);
  return Templates{"a list of tags", check_template, captures ? &*captures : nullptr}.read(value);
}

std::optional<policy::PurgeRule> Purge::read(const Value& value, const policy::Route& route) const {
  const std::optional<Names> captures = captures_of(route);
  if (value.is_map()) return purge_section(captures ? &*captures : nullptr).read(value);
  if (!value.is_scalar()) {
    value.mismatch("resource, none or a map of urls and tags");
    return std::nullopt;
  }
  const auto none = Choices<bool>{{{"resource", false}, {"none", true}}}.read(value);
  if (!none) return std::nullopt;
  return policy::PurgeRule{.none = *none, .urls = {}, .tags = {}};
}

YAML::Node Purge::write(const policy::PurgeRule& rule) const {
  if (rule.urls.empty() && rule.tags.empty()) return text_node(rule.none ? "none" : "resource");
  return purge_section(nullptr).write(rule);
}

json::object Purge::schema() const {
  return either_schema(words_schema(Names{"resource", "none"}), purge_section(nullptr).schema());
}

void Purge::list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const {
  purge_section(nullptr).list(path, takes, entries);
}

Texts field_names() {
  return {"a list of header names", check_token};
}

std::optional<Names> Methods::read(const Value& value) const {
  return Texts{"a list of methods", check_method, false}.read(value);
}

json::object Methods::schema() const {
  json::object schema = list_schema(words_schema(offered_methods()));
  schema["minItems"] = 1;
  return schema;
}

}  // namespace larder::config
