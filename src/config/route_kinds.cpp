#include "route_kinds.hpp"

#include "suggest.hpp"

#include <larder/base/text.hpp>

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
      value.error_at(entry.place,
                     quoted(entry.key) + " cannot have a ttl, only these can: " + ttl_status_names());
      continue;
    }
    const std::optional<Milliseconds> ttl = duration(entry.value);
    if (ttl) rule.by_status[*status] = *ttl;
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
  item.mismatch("a method such as \"GET\"", text,
                text == "*" ? ": without methods a route takes all" : did_you_mean(text, methods));
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

std::optional<policy::TtlRule> Ttl::read(const Value& value) const {
  if (value.is_map()) return read_ttl_map(value);
  const std::optional<Milliseconds> plain = duration(value);
  if (!plain) return std::nullopt;
  return policy::TtlRule{.plain = plain, .by_status = {}};
}

Node Ttl::write(const policy::TtlRule& rule) const {
  if (rule.plain) return a_duration.write(*rule.plain);
  if (rule.by_status.empty()) return {};
  Node map = Node::map();
  map.set_flow();
  for (const auto& [status, ttl] : rule.by_status) map.insert(std::to_string(status), a_duration.write(ttl));
  return map;
}

json::object Ttl::schema() const {
  json::object by_status;
  for (const std::string& status : ttl_statuses()) by_status[status] = a_duration.schema();
  json::object map = section_schema(std::move(by_status), {});
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
