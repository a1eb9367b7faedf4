#include "cookies.hpp"

#include "name_patterns.hpp"

#include <larder/base/text.hpp>
#include <larder/policy/credentials.hpp>
#include <larder/policy/path_pattern.hpp>

#include <algorithm>

namespace larder::policy {
namespace {

// Calls `visit(name, value, pair)` for each pair of one Cookie line. What is empty between semicolons is not
// a cookie.
template <class Visit>
void for_each_cookie_of_line(std::string_view line, Visit visit) {
  while (!line.empty()) {
    const std::size_t end = std::min(line.find(';'), line.size());
    const std::string_view pair = trim(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    visit(trim(pair.substr(0, equals)), trim(pair.substr(std::min(equals + 1, pair.size()))), pair);
  }
}

// The same for every Cookie line.
template <class Visit>
void for_each_cookie(const http::FieldList& fields, Visit visit) {
  for (const http::Field field : fields) {
    if (field.name == "Cookie") for_each_cookie_of_line(field.value, visit);
  }
}

bool is_glob(std::string_view name) {
  return name.find('*') != name.npos;
}

bool matches_any(const std::vector<std::string>& globs, std::string_view name) {
  return std::any_of(globs.begin(), globs.end(),
                     [name](const std::string& glob) { return glob_matches(glob, name); });
}

// Whose cookie it is: named outright, or else the first glob's; `key.size()` if there is none.
std::size_t owner_of(const std::vector<std::string>& key, std::string_view name) {
  const auto named = std::find(key.begin(), key.end(), name);
  if (named != key.end()) return static_cast<std::size_t>(named - key.begin());
  const auto glob = std::find_if(key.begin(), key.end(),
                                 [name](const std::string& one) { return glob_matches(one, name); });
  return static_cast<std::size_t>(glob - key.begin());
}

bool is_ignored_cookie(const CookieRule& rule, std::string_view name) {
  static const NamePatterns by_scripts(NamePatterns::Spelling::exact, script_cookies());
  return by_scripts.contains(name) || matches_any(rule.ignore, name);
}

bool is_foreign_cookie(const CookieRule& rule, std::string_view name) {
  return !matches_any(rule.key, name) && !is_ignored_cookie(rule, name);
}

void append_cookie(std::string& out, std::string_view cookie) {
  if (!out.empty()) out.append("; ");
  out.append(cookie);
}

void append_cookie(std::string& out, std::string_view name, std::string_view value) {
  append_cookie(out, name);
  out.append("=").append(value);
}

}  // namespace

std::optional<std::string> cookie_value(const http::FieldList& request_fields, std::string_view name) {
  std::optional<std::string> joined;
  for_each_cookie(request_fields, [&](std::string_view cookie, std::string_view value, std::string_view) {
    if (cookie != name) return;
    if (joined) {
      joined->append(";");
    } else {
      joined.emplace();
    }
    joined->append(value);
  });
  return joined;
}

std::vector<std::pair<std::string_view, std::string_view>> cookies_by_glob(
    const http::FieldList& request_fields, const CookieRule& rule, std::size_t position) {
  std::vector<std::pair<std::string_view, std::string_view>> cookies;
  for_each_cookie(request_fields, [&](std::string_view name, std::string_view value, std::string_view) {
    if (owner_of(rule.key, name) == position) cookies.emplace_back(name, value);
  });
  std::stable_sort(cookies.begin(), cookies.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  return cookies;
}

bool has_cookie(const http::FieldList& request_fields, const Condition& condition) {
  bool found = false;
  for_each_cookie(request_fields, [&](std::string_view name, std::string_view value, std::string_view) {
    found = found || (glob_matches(condition.name, name) && matches_any(condition.values, value));
  });
  return found;
}

bool has_foreign_cookie(const http::FieldList& request_fields, const CookieRule& rule) {
  bool found = false;
  for_each_cookie(request_fields, [&](std::string_view name, std::string_view, std::string_view) {
    found = found || is_foreign_cookie(rule, name);
  });
  return found;
}

bool has_cookie_where(const http::FieldList& request_fields,
                      const std::function<bool(std::string_view name)>& takes) {
  bool found = false;
  for_each_cookie(request_fields, [&](std::string_view name, std::string_view, std::string_view) {
    found = found || takes(name);
  });
  return found;
}

void add_ignored_names(const http::FieldList& request_fields, const CookieRule& rule, std::string& names) {
  if (rule.ignore.empty()) return;
  for_each_cookie(request_fields, [&](std::string_view name, std::string_view, std::string_view) {
    if (matches_any(rule.ignore, name) && !matches_any(rule.key, name)) names.append(name).append(";");
  });
}

bool keeps_cookie_lines(const http::FieldList& request_fields, const CookieRule& rule) {
  for (const http::Field field : request_fields) {
    if (field.name != "Cookie") continue;
    bool is_empty = true;
    bool is_foreign = true;
    for_each_cookie_of_line(field.value, [&](std::string_view name, std::string_view, std::string_view) {
      is_empty = false;
      is_foreign = is_foreign && is_foreign_cookie(rule, name);
    });
    if (is_empty || !is_foreign) return false;
  }
  return true;
}

std::optional<std::string> cookies_to_send(const http::FieldList& request_fields, const CookieRule& rule) {
  std::string sent;
  for (std::size_t i = 0; i < rule.key.size(); ++i) {
    if (is_glob(rule.key[i])) {
      for (const auto& [name, value] : cookies_by_glob(request_fields, rule, i)) {
        append_cookie(sent, name, value);
      }
      continue;
    }
    for_each_cookie(request_fields, [&](std::string_view name, std::string_view value, std::string_view) {
      if (name == rule.key[i]) append_cookie(sent, name, value);
    });
  }
  for_each_cookie(request_fields, [&](std::string_view name, std::string_view, std::string_view pair) {
    if (is_foreign_cookie(rule, name)) append_cookie(sent, pair);
  });
  if (sent.empty()) return std::nullopt;
  return sent;
}

}  // namespace larder::policy
