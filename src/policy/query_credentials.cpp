#include "name_patterns.hpp"
#include "percent.hpp"
#include "query.hpp"

#include <larder/policy/query_credentials.hpp>
#include <larder/policy/route.hpp>

#include <algorithm>

namespace larder::policy {
namespace {

/// Which of the lists a name is on: most are on none, which one look tells.
class Lists {
 public:
  Lists()
      : all_(NamePatterns::Spelling::field, together()),
        credentials_(NamePatterns::Spelling::field, query_credentials()),
        signatures_(NamePatterns::Spelling::field, query_signatures()) {}

  bool has(std::string_view name) const { return all_.contains(name); }
  bool is_credential(std::string_view name) const { return credentials_.contains(name); }
  bool is_signature(std::string_view name) const { return signatures_.contains(name); }

 private:
  static std::vector<std::string> together() {
    std::vector<std::string> names = query_credentials();
    for (const auto* more : {&query_signatures(), &query_signature_companions()}) {
      names.insert(names.end(), more->begin(), more->end());
    }
    return names;
  }

  NamePatterns all_;
  NamePatterns credentials_;
  NamePatterns signatures_;
};

const Lists& lists() {
  static const Lists all;
  return all;
}

/// What was found in one query so far.
struct Found {
  bool credential = false;
  bool signature = false;
  bool companion = false;
};

void look_at(const QueryRule& rule, std::string_view parameter, std::string_view name, Found& found) {
  if (!lists().has(name)) return;
  const bool is_credential = lists().is_credential(name);
  const bool is_signature = lists().is_signature(name);
  if (!is_credential && !is_signature) {
    found.companion = true;
  } else if (keeps_parameter(rule, parameter, name)) {
    (is_credential ? found.credential : found.signature) = true;
  }
}

}  // namespace

bool has_query_credential(const Route& route, std::string_view request_target) {
  const std::size_t mark = request_target.find('?');
  if (mark == request_target.npos || route.shares_credentials) return false;
  Found found;
  std::string_view query = request_target.substr(mark + 1);
  while (!query.empty() && !found.credential) {
    const std::string_view parameter = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(parameter.size() + 1, query.size()));
    // There are origins that split at ";" too.
    for (std::string_view rest = parameter; !rest.empty();) {
      const std::string_view one = rest.substr(0, rest.find(';'));
      rest.remove_prefix(std::min(one.size() + 1, rest.size()));
      const std::string_view name = one.substr(0, one.find('='));
      if (name.find('%') == name.npos) {
        look_at(route.query, parameter, name, found);
      } else {
        look_at(route.query, parameter, percent_decoded(name), found);
      }
    }
  }
  return found.credential || (found.signature && found.companion);
}

}  // namespace larder::policy
