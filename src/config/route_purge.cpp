// What purges a route's responses: tags, and what writes purge.
#include "notation.hpp"
#include "route_kinds.hpp"
#include "suggest.hpp"

#include <algorithm>

namespace larder::config {
namespace {

using Names = std::vector<std::string>;

/// The names that each pattern of a route's match captures.
using Captured = std::vector<std::pair<std::string, Names>>;

/// Nothing if the match is broken: names are then not looked at.
std::optional<Captured> captured_by(const policy::Route& route) {
  Captured captured;
  for (const std::string& match : route.match) {
    const Result<policy::PathPattern> pattern = policy::PathPattern::parse(match);
    if (!pattern) return std::nullopt;
    captured.emplace_back(match, pattern->capture_names());
  }
  return captured;
}

/// Whether every pattern captures the name: each may be the one that a request meets.
bool check_name(const Value& item, const std::string& text, const std::string& name,
                const Captured& captured) {
  for (const auto& [match, names] : captured) {
    if (std::ranges::find(names, name) != names.end()) continue;
    const std::string where = captured.size() == 1 ? "the match" : "the match " + quoted(match);
    item.error(quoted(text) + ": " + where + " has no " + quoted("{" + name + "}") +
               did_you_mean(name, names));
    return false;
  }
  return true;
}

/// Whether each `{name}` in a template is one that the match captures.
bool check_template(const Value& item, const std::string& text, const Captured* captured) {
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
    if (captured != nullptr && !check_name(item, text, name, *captured)) return false;
  }
  return true;
}

/// A purge by tag is a look-up of its name.
bool check_tag(const Value& item, const std::string& text, const Captured* captures) {
  return check_template(item, text, captures) &&
         check_no_glob(item, text,
                       "a tag is purged by its whole name, so give what goes together one tag more, as "
                       "\"products\", or purge by urls, as \"/products/**\"");
}

/// Whether a template becomes a path pattern when its names are replaced.
bool check_purge_url(const Value& item, const std::string& text, const Captured* captures) {
  if (!check_template(item, text, captures)) return false;
  policy::Captures samples;
  if (captures != nullptr) {
    for (const std::string& name : captures->front().second) samples.emplace_back(name, "x");
  }
  const std::optional<std::string> sample = policy::expand_template(text, samples);
  if (!sample) return true;
  const std::optional<std::string> mistake = mistake_in_path_pattern(*sample);
  if (!mistake) return true;
  if (text == *sample) {
    item.error(*mistake);
  } else {
    item.mismatch("a path pattern such as \"/api/search/**\"", text);
  }
  return false;
}

/// A list of templates; `captures` is nullptr if the match is broken.
struct Templates {
  std::string_view expected;
  bool (*check)(const Value& item, const std::string& text, const Captured* captures);
  const Captured* captures;

  std::optional<Names> read(const Value& value) const {
    return list_of(value, expected,
                   [&](const Value& item, const std::string& text) { return check(item, text, captures); });
  }

  Node write(const Names& texts) const { return list_node(texts); }
  json::object schema() const { return list_schema(any_text_schema()); }
};

Section<policy::PurgeRule> purge_section(const Captured* captures) {
  using policy::PurgeRule;
  return {{{
              key("on", &PurgeRule::on, StatusList{},
                  "The answers by which a write counts: statuses and classes, as 2xx. Any other that is no "
                  "error purges the URL alone.")
                  .shown_if([](const PurgeRule& rule) { return rule.on != policy::usual_outcomes(); }),
              key("again", &PurgeRule::again, a_lag,
                  "Everything is purged once more after so long, for origins whose replicas lag; 5m at most.")
                  .shown_if([](const PurgeRule& rule) { return rule.again > Milliseconds{0}; }),
              key("urls", &PurgeRule::urls, Templates{"a list of path patterns", check_purge_url, captures},
                  "Path patterns, as /api/search/**, with {names} of the match."),
              key("tags", &PurgeRule::tags, Templates{"a list of tags", check_tag, captures},
                  "Tags, with {names} of the match."),
          }},
          true};
}

/// Of a list in the place of a purge rule.
std::string form_meant(const Value& value) {
  const std::string_view only = only_item(value);
  if (only == "none" || only == "resource") return ", did you mean " + quoted(only) + "?";
  const std::vector<Node>& items = value.node().items();
  const bool is_of_paths = !items.empty() && items.front().text().starts_with('/');
  return is_of_paths ? ", did you mean {urls: [...]}?" : "";
}

}  // namespace

std::optional<Names> Tags::read(const Value& value, const policy::Route& route) const {
  const std::optional<Captured> captures = captured_by(route);
  return Templates{"a list of tags", check_tag, captures ? &*captures : nullptr}.read(value);
}

std::optional<policy::PurgeRule> Purge::read(const Value& value, const policy::Route& route) const {
  const std::optional<Captured> captures = captured_by(route);
  if (value.is_map()) return purge_section(captures ? &*captures : nullptr).read(value);
  if (!value.is_scalar()) {
    value.error("expected resource, none or a map of urls and tags, found " +
                std::string(value.is_list() ? "a list" : "nothing") + form_meant(value));
    return std::nullopt;
  }
  const auto none = Choices<bool>{{{"resource", false}, {"none", true}}}.read(value);
  if (!none) return std::nullopt;
  policy::PurgeRule rule;
  rule.none = *none;
  return rule;
}

Node Purge::write(const policy::PurgeRule& rule) const {
  if (rule.none || rule == policy::PurgeRule{}) return text_node(rule.none ? "none" : "resource");
  return purge_section(nullptr).write(rule);
}

json::object Purge::schema() const {
  return either_schema(words_schema(Names{"resource", "none"}), purge_section(nullptr).schema());
}

void Purge::list(const std::string& path, Takes takes, std::vector<KeyEntry>& entries) const {
  purge_section(nullptr).list(path, takes, entries);
}

}  // namespace larder::config
