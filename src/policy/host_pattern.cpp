#include <larder/base/text.hpp>
#include <larder/policy/host_pattern.hpp>

#include <algorithm>
#include <charconv>

namespace larder::policy {
namespace {

constexpr std::string_view any_port = "*";

bool is_port(std::string_view text) {
  unsigned port = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  return error == std::errc{} && stop == end && port > 0 && port <= 65'535;
}

bool is_label(std::string_view text) {
  return !text.empty() && text.find("**") == text.npos && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '*';
  });
}

bool is_ip_literal(std::string_view text) {
  const Result<http::Authority> authority = http::parse_authority(text, "http");
  return authority && authority->port.empty() && authority->host == text;
}

template <class Text>
void append(Text& path, std::string_view part) {
  path.push_back('/');
  path.insert(path.end(), part.begin(), part.end());
}

template <class Text>
void append_labels(Text& path, std::string_view host) {
  while (true) {
    const std::size_t dot = std::min(host.find('.'), host.size());
    append(path, host.substr(0, dot));
    if (dot == host.size()) return;
    host.remove_prefix(dot + 1);
  }
}

bool are_labels(std::string_view host) {
  while (true) {
    const std::size_t dot = std::min(host.find('.'), host.size());
    if (!is_label(host.substr(0, dot))) return false;
    if (dot == host.size()) return true;
    host.remove_prefix(dot + 1);
  }
}

}  // namespace

Result<HostPattern> HostPattern::parse(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), to_lower);
  std::string_view host = lower;
  std::string_view port;
  // After a host without a port only the colons of an IP literal are left.
  const std::size_t colon = host.ends_with(']') ? host.npos : host.rfind(':');
  if (colon != host.npos) {
    port = host.substr(colon + 1);
    host = host.substr(0, colon);
    if (port != any_port && !is_port(port)) return Error::malformed;
  }
  const bool is_literal = host.starts_with('[');
  if (is_literal ? !is_ip_literal(host) : !are_labels(host)) return Error::malformed;
  HostPattern pattern;
  pattern.text_ = text;
  std::string path;
  append_labels(path, host);
  append(path, port.empty() || port == any_port ? std::string(any_port) : ":" + std::string(port));
  Result<PathPattern> as_path = PathPattern::parse(path);
  if (!as_path) return as_path.error();
  pattern.as_path_ = *std::move(as_path);
  return pattern;
}

bool HostPattern::matches(const http::Target& target) const {
  return !target.host.empty() && as_path_.matches(SitePath(target).text());
}

SitePath::SitePath(const http::Target& target) {
  std::string_view host = target.host;
  if (host.ends_with('.')) host.remove_suffix(1);
  append_labels(text_, host);
  append(text_, ":");
  std::string_view port = target.port;
  if (port.empty()) port = target.scheme == "https" ? "443" : "80";
  text_.insert(text_.end(), port.begin(), port.end());
}

}  // namespace larder::policy
