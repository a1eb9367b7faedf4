// Which requests a route takes: its match and its hosts.
#include "notation.hpp"
#include "route_kinds.hpp"

#include <larder/policy/sites.hpp>

#include <algorithm>

namespace larder::config {
namespace {

using Names = std::vector<std::string>;
using policy::HostPattern;

constexpr std::string_view path_expected = "a path pattern such as \"/api/products/{id}\"";
constexpr std::string_view host_expected = "a host such as \"shop.example\" or \"*.shop.example\"";

/// Hands each text to `take`, and reports what is listed twice.
template <class Take>
void read_each(const Value& value, std::string_view expected, Take take) {
  if (value.is_list() && value.items().empty()) value.error("must not be empty");
  std::vector<Value> items;
  Names texts;
  for (const Value& item : value.items()) {
    const std::optional<std::string> text = item.text(expected);
    if (!text) continue;
    take(item, *text);
    items.push_back(item);
    texts.push_back(*text);
  }
  refuse_repeated(items, texts);
}

/// What a text is that is meant as a host and is none.
std::string mistake_in_host(const std::string& text) {
  if (text == "*" || text == "**") return "without host a route takes the requests for all";
  if (text.find("://") != text.npos) return quoted(text) + " is a URL: a host has no scheme and no path";
  if (text.find('/') != text.npos) return quoted(text) + " has a path, which is for match";
  if (text.starts_with('.'))
    return quoted(text) + " begins with a dot: * stands for one label, as in *.shop.example";
  return quoted(text) +
         " is no host: its labels are literal or hold *, and a port may follow, as in shop.example:8080";
}

}  // namespace

/// A broken pattern is kept, and what is not a text becomes empty: nothing else in the route is then held
/// against it.
std::optional<Names> Matches::read(const Value& value) const {
  Names all;
  read_each(value, path_expected, [&all](const Value& item, const std::string& text) {
    if (const std::optional<std::string> mistake = mistake_in_path_pattern(text)) item.error(*mistake);
    if (const std::string end = stray_end_of(text); !end.empty()) item.warning(end);
    all.push_back(text);
  });
  if (all.empty()) all.emplace_back();
  return all;
}

Node Matches::write(const Names& all) const {
  return one_or_list(all);
}

json::object Matches::schema() const {
  return one_or_list_schema(pattern_schema("^/[^?# ]*$"));
}

std::optional<std::vector<HostPattern>> Hosts::read(const Value& value) const {
  std::vector<HostPattern> hosts;
  bool is_broken = false;
  read_each(value, host_expected, [&](const Value& item, const std::string& text) {
    Result<HostPattern> host = HostPattern::parse(text);
    const bool is_one = host && text != "*";
    is_broken = is_broken || !is_one;
    if (!is_one) return static_cast<void>(item.error(mistake_in_host(text)));
    if (context_ != nullptr && !host->is_glob()) warn_of_other_spelling(item, text);
    hosts.push_back(*std::move(host));
  });
  if (is_broken) return std::nullopt;
  return hosts;
}

/// Requests are routed by the site that a spelling stands for.
void Hosts::warn_of_other_spelling(const Value& item, const std::string& text) const {
  const auto asked = policy::Sites().target_at("http://" + text);
  const auto target = policy::Sites(context_->config.sites).target_at("http://" + text);
  if (target.host == asked.host) return;
  item.warning("by \"sites\" " + quoted(text) + " is " + quoted(target.authority()) +
               ", and requests for it are routed by that");
}

Node Hosts::write(const std::vector<HostPattern>& hosts) const {
  Names texts;
  for (const HostPattern& host : hosts) texts.push_back(host.text());
  return one_or_list(texts);
}

json::object Hosts::schema() const {
  return one_or_list_schema(scalar_schema("^[^/?#@ ]+$"));
}

bool compile_match(policy::Route& route) {
  for (const std::string& text : route.match) {
    Result<policy::PathPattern> pattern = policy::PathPattern::parse(text);
    if (!pattern) return false;
    route.patterns.push_back(*std::move(pattern));
  }
  if (route.name.empty()) route.name = route.match.front();
  return true;
}

}  // namespace larder::config
