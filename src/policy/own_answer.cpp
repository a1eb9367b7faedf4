#include <larder/base/text.hpp>
#include <larder/policy/field_template.hpp>
#include <larder/policy/own_answer.hpp>

#include <algorithm>
#include <array>

namespace larder::policy {
namespace {

constexpr std::string_view path_placeholder = "path";
constexpr std::string_view query_placeholder = "query";

bool is_url(std::string_view to) {
  return to.starts_with("http://") || to.starts_with("https://") || to.starts_with("{scheme}://");
}

// What the template of a URL has for its host and port: a client must have no say in it but by the host that
// it asked for.
std::string_view authority_in(std::string_view to) {
  to.remove_prefix(to.find("://") + 3);
  return to.substr(0, std::min({to.find_first_of("/?#"), to.find("{path}"), to.size()}));
}

std::string_view value_for(std::string_view name, const Captures& captures, const http::Target& target) {
  const auto captured = std::ranges::find(captures, name, &Captures::value_type::first);
  if (captured != captures.end()) return captured->second;
  if (name == host_placeholder) return target.host;
  if (name == scheme_placeholder) return target.scheme;
  // `*` is no path.
  if (name == path_placeholder) return target.path.starts_with('/') ? std::string_view(target.path) : "/";
  if (name == query_placeholder && target.query) return *target.query;
  return {};
}

std::string expanded(std::string_view to, const Captures& captures, const http::Target& target) {
  std::string text;
  while (!to.empty()) {
    const std::size_t brace = to.find('{');
    const std::size_t end = to.find('}', std::min(brace, to.size()));
    text.append(to.substr(0, brace));
    if (end == to.npos) break;
    text.append(value_for(to.substr(brace + 1, end - brace - 1), captures, target));
    to.remove_prefix(end + 1);
  }
  return text;
}

}  // namespace

std::optional<std::string> mistake_in_redirect(std::string_view to, const std::vector<std::string>& names) {
  if (!to.starts_with('/') && !is_url(to)) return "must begin with \"/\", \"http://\" or \"https://\"";
  if (to.starts_with("//")) return "begins with \"//\", which names a host: say https://";
  if (!std::ranges::all_of(to, [](char c) { return c > ' ' && c < '\x7f'; })) {
    return "must be a URL: other characters are percent-encoded in it";
  }
  const std::size_t dollar = to.find('$');
  if (dollar != to.npos && dollar + 1 < to.size() && to_lower(to[dollar + 1]) >= 'a' &&
      to_lower(to[dollar + 1]) <= 'z') {
    return "a variable of nginx would be sent as it stands: {host}, {scheme}, {path} and {query} are the "
           "request's";
  }
  for (const std::string_view name : placeholders_of(to)) {
    const std::array own{host_placeholder, scheme_placeholder, path_placeholder, query_placeholder};
    if (std::ranges::find(own, name) != own.end() || std::ranges::find(names, name) != names.end()) continue;
    return "{" + std::string(name) +
           "} is neither captured by the match nor one of {host}, {scheme}, {path}, "
           "{query}";
  }
  if (!is_url(to)) return std::nullopt;
  const std::string_view authority = authority_in(to);
  if (authority.empty()) return "names no host";
  for (const std::string_view name : placeholders_of(authority)) {
    const bool is_captured = std::ranges::find(names, name) != names.end();
    if (name == host_placeholder && !is_captured) continue;
    return "{" + std::string(name) +
           "} would choose the host: whoever writes the link could send clients "
           "anywhere";
  }
  return std::nullopt;
}

Result<std::string> location_of(const RedirectRule& rule, const Captures& captures,
                                const http::Target& target) {
  if (target.host.empty() && rule.to.find("{host}") != std::string::npos) return Error::malformed;
  std::string location = expanded(rule.to, captures, target);
  if (!target.query && location.ends_with('?')) location.pop_back();
  if (!location.starts_with('/')) return location;
  // To browsers two slashes begin a host, and a backslash is one.
  const std::size_t end = std::min(location.find_first_not_of("/\\"), location.size());
  location.replace(0, end, "/");
  return location;
}

}  // namespace larder::policy
