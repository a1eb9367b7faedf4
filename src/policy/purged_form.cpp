#include "percent.hpp"

#include <larder/policy/folded_path.hpp>
#include <larder/policy/purge.hpp>

#include <algorithm>

namespace larder::policy {
namespace {

// Nobody writes to a query by `%3F`: what it is part of may be a name.
constexpr Folding purged_folding{.ends_at_query = false};

// RFC 3986, section 5.2.4, for a path that begins with "/"; repeated slashes become one.
std::string without_dot_segments(std::string_view path) {
  std::string plain = "/";
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    const bool is_last = end == path.size();
    path.remove_prefix(std::min(end + 1, path.size()));
    if (segment.empty() || segment == ".") continue;
    if (segment != "..") {
      plain.append(segment).append(is_last ? "" : "/");
    } else if (plain.size() > 1) {
      plain.resize(plain.rfind('/', plain.size() - 2) + 1);
    }
  }
  return plain;
}

}  // namespace

std::string normal_path(std::string_view path) {
  return without_dot_segments(encoding_normalised(path));
}

PathPattern purged_form(const PathPattern& pattern) {
  return folded_pattern(pattern, purged_folding);
}

bool has_other_purged_form(std::string_view normal_path) {
  return spelling_of(normal_path) == PathSpelling::odd;
}

std::string purged_form(std::string_view normal_path) {
  if (!has_other_purged_form(normal_path)) return std::string(normal_path);
  std::string form = folded_path(normal_path, purged_folding);
  if (normal_path.ends_with('/') && !form.ends_with('/')) form.push_back('/');
  return form;
}

}  // namespace larder::policy
