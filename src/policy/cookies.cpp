#include "cookies.hpp"

#include <larder/base/text.hpp>

#include <algorithm>

namespace larder::policy {
namespace {

// Calls `visit(name, value)` for each pair of every Cookie line.
template <class Visit>
void for_each_cookie(const http::FieldList& fields, Visit visit) {
  for (const http::Field field : fields) {
    if (!equal_ignoring_case(field.name, "Cookie")) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(';'), rest.size());
      const std::string_view pair = rest.substr(0, end);
      const std::size_t equals = std::min(pair.find('='), pair.size());
      visit(trim(pair.substr(0, equals)), trim(pair.substr(std::min(equals + 1, pair.size()))));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
}

// Every value of that cookie, with `before` in front of each and `separator` between.
std::optional<std::string> joined_values(const http::FieldList& fields, std::string_view name,
                                         std::string_view before, std::string_view separator) {
  std::optional<std::string> joined;
  for_each_cookie(fields, [&](std::string_view cookie, std::string_view value) {
    if (cookie != name) return;
    if (joined) {
      joined->append(separator);
    } else {
      joined.emplace();
    }
    joined->append(before).append(value);
  });
  return joined;
}

}  // namespace

std::optional<std::string> cookie_value(const http::FieldList& request_fields, std::string_view name) {
  return joined_values(request_fields, name, "", ";");
}

std::optional<std::string> cookies_named(const http::FieldList& request_fields,
                                         const std::vector<std::string>& names) {
  std::optional<std::string> kept;
  for (const std::string& name : names) {
    const auto pairs = joined_values(request_fields, name, name + "=", "; ");
    if (!pairs) continue;
    kept = kept ? *kept + "; " + *pairs : *pairs;
  }
  return kept;
}

}  // namespace larder::policy
