#include "kinds.hpp"
#include "notation.hpp"
#include "sections.hpp"
#include "suggest.hpp"

#include <larder/base/text.hpp>
#include <larder/base/token.hpp>
#include <larder/policy/credentials.hpp>
#include <larder/policy/forwarding.hpp>
#include <larder/policy/path_pattern.hpp>

#include <algorithm>

namespace larder::config {
namespace {

using policy::CredentialFields;

bool check_field_name(const Value& item, const std::string& text) {
  if (is_token(text)) return check_glob_notation(item, text);
  item.mismatch("a header name, in which * stands for any run of characters", text);
  return false;
}

/// Whether a field is always a credential, whatever the lists say; reported if it is.
bool is_always_one(const Value& item, const std::string& text) {
  if (!equal_ignoring_case(text, "Authorization") && !equal_ignoring_case(text, "Cookie")) return false;
  item.error(quoted(text) + " is a credential always: a route can key it by \"headers\" or \"cookies\"");
  return true;
}

/// What can be added: not what no client says for itself, nor what has a rule of its own.
bool check_added(const Value& item, const std::string& text) {
  if (!check_field_name(item, text) || is_always_one(item, text)) return false;
  if (text.find_first_not_of('*') == text.npos) {
    item.error(quoted(text) + " names every field");
  } else if (policy::is_hop_by_hop(text) || policy::is_written_by_us({}, text) ||
             equal_ignoring_case(text, "Host")) {
    item.error(quoted(text) +
               " never identifies the client: larder itself writes it, or it is of one connection");
  } else {
    if (CredentialFields::documented()->contains(text))
      item.warning(quoted(text) + " is on the list already");
    return true;
  }
  return false;
}

/// What can be removed: a name or glob that stands on the list, or that it names.
bool check_removed(const Value& item, const std::string& text) {
  if (!check_field_name(item, text) || is_always_one(item, text)) return false;
  if (CredentialFields::documented()->contains(text)) return true;
  const std::vector<std::string>& names = CredentialFields::documented_names();
  const auto spelled = [](std::string name) {
    std::ranges::transform(name, name.begin(), [](char c) { return c == '_' ? '-' : to_lower(c); });
    return name;
  };
  const std::string glob = spelled(text);
  const bool names_some = std::ranges::any_of(
      names, [&](const std::string& name) { return policy::glob_matches(glob, spelled(name)); });
  if (names_some) return true;
  item.error(quoted(text) + " is not on the list of fields that identify the client" +
             did_you_mean(text, names));
  return false;
}

void check_credentials(Map&, const Value& section, Credentials& credentials) {
  for (const std::string& name : credentials.add) {
    const bool is_removed = std::ranges::any_of(
        credentials.remove, [&](const std::string& removed) { return equal_ignoring_case(removed, name); });
    if (is_removed) section.error(quoted(name) + " cannot be both added and removed");
  }
}

}  // namespace

Table<Credentials> credentials_keys() {
  constexpr std::string_view expected = "a list of header names";
  return {{
              key("add", &Credentials::add, Texts{expected, check_added},
                  "Names and globs of fields that identify the client, besides the list below."),
              key("remove", &Credentials::remove, Texts{expected, check_removed},
                  "Names and globs to take off that list."),
          },
          check_credentials};
}

}  // namespace larder::config
