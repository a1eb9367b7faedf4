#include "route_kinds.hpp"

#include "suggest.hpp"
#include "units_meant.hpp"

#include <larder/base/text.hpp>
#include <larder/policy/storing.hpp>

#include <algorithm>
#include <charconv>

namespace larder::config {
namespace {

using Names = std::vector<std::string>;

constexpr int least_status = 200;
constexpr int most_status = 599;

std::optional<int> ttl_status(std::string_view text) {
  int status = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (status < least_status || status > most_status) return std::nullopt;
  return status;
}

/// 5 of `5xx`.
std::optional<int> ttl_class(std::string_view text) {
  if (text.size() != 3 || !text.ends_with("xx")) return std::nullopt;
  return ttl_status(std::string(1, text.front()) + "00") ? std::optional(text.front() - '0') : std::nullopt;
}

/// What a lifetime of that status does not do, or does to clients.
void warn_of_ttl(const Value& value, int status) {
  if (status == 206) {
    value.warning("does nothing: a part takes the ttl of 200");
  } else if (!policy::is_storable_status(status, false)) {
    value.warning("does nothing: a " + std::to_string(status) + " is never stored");
  } else if (policy::takes_ttl_by_number_alone(status) && !policy::is_heuristically_cacheable(status)) {
    value.warning("a " + std::to_string(status) +
                  " is often about one client or its request, and goes to all others too");
  }
}

std::optional<policy::TtlRule> read_ttl_map(const Value& value) {
  policy::TtlRule rule;
  const Map map(value);
  for (const Entry& entry : map.entries()) {
    const std::optional<int> status = ttl_status(entry.key);
    const std::optional<int> hundreds = ttl_class(entry.key);
    if (!status && !hundreds && entry.key != "any") {
      value.error_at(entry.place,
                     quoted(entry.key) + " is not a status from 200 to 599, a class as 2xx, or any");
      continue;
    }
    if (status) warn_of_ttl(entry.value, *status);
    const std::optional<Milliseconds> ttl = duration(entry.value);
    if (!ttl) continue;
    if (status) rule.by_status[*status] = *ttl;
    if (hundreds) rule.by_class[*hundreds] = *ttl;
    if (!status && !hundreds) rule.any = ttl;
  }
  if (value.node().entries().empty()) value.error("must not be empty");
  return rule;
}

const Names& offered_methods() {
  static const Names methods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  return methods;
}

bool check_method(const Value& item, const std::string& text) {
  const Names& methods = offered_methods();
  if (std::ranges::find(methods, text) != methods.end()) return true;
  const bool takes_all = text == "*" || equal_ignoring_case(text, "all") || equal_ignoring_case(text, "any");
  item.mismatch("a method such as \"GET\"", text,
                takes_all ? ": without methods a route takes all" : did_you_mean(text, methods));
  return false;
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
  const bool is_bare = error == std::errc{} && stop == end && percent <= most;
  value.mismatch(expected, *text, is_bare ? ", did you mean " + quoted(*text + "%") + "?" : std::string());
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

std::optional<policy::TtlRule> Ttl::read(const Value& value) const {
  if (value.is_map()) return read_ttl_map(value);
  if (const std::string& text = value.node().text(); is_none_word(text)) {
    value.mismatch("a duration such as \"30s\"", text,
                   ": leave it out where the origin alone states lifetimes, or did you mean \"cache: off\"?");
    return std::nullopt;
  }
  const std::optional<Milliseconds> plain = duration(value);
  if (!plain) return std::nullopt;
  return policy::TtlRule{.plain = plain, .by_status = {}};
}

Node Ttl::write(const policy::TtlRule& rule) const {
  if (rule.plain) return a_duration.write(*rule.plain);
  if (rule == policy::TtlRule{}) return {};
  Node map = Node::map();
  map.set_flow();
  for (const auto& [status, ttl] : rule.by_status) map.insert(std::to_string(status), a_duration.write(ttl));
  for (const auto& [hundreds, ttl] : rule.by_class) {
    map.insert(std::to_string(hundreds) + "xx", a_duration.write(ttl));
  }
  if (rule.any) map.insert("any", a_duration.write(*rule.any));
  return map;
}

json::object Ttl::schema() const {
  json::object map = section_schema({}, {});
  map["patternProperties"] = {{"^([2-5]([0-9][0-9]|xx)|any)$", a_duration.schema()}};
  map["minProperties"] = 1;
  return either_schema(a_duration.schema(), std::move(map));
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
