#include "sections.hpp"

#include <algorithm>
#include <map>

namespace larder::config {
namespace {

using policy::SiteRule;

constexpr std::string_view a_site = "a host such as \"shop.example\" or \"shop.example:8080\"";
constexpr std::string_view a_spelling =
    "a host such as \"www.shop.example\", or \"localhost:*\" for every port";

bool is_host_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/// Whether every byte and label of the host is one that a name or an address has.
bool is_site_host(std::string_view text) {
  if (text.starts_with('[')) return true;
  std::string_view host = text.substr(0, text.find(':'));
  if (host.ends_with('.')) host.remove_suffix(1);
  return !host.empty() && host.front() != '.' && host.find("..") == host.npos &&
         std::all_of(host.begin(), host.end(), [](char c) { return is_host_byte(c) || c == '.'; });
}

/// The hosts that a text names, if it is a list of several.
std::vector<std::string> hosts_in(std::string_view text) {
  std::vector<std::string> hosts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(",; "), text.size());
    if (end != 0) hosts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return hosts;
}

/// `shop.example` of `https://shop.example/`; empty if the text is no URL.
std::string host_of_url(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == text.npos) return {};
  text.remove_prefix(scheme + 3);
  const std::string host(text.substr(0, text.find('/')));
  return is_site_host(host) && policy::parse_spelling(host, "http") ? host : std::string();
}

/// What is a host to RFC 3986, section 3.2.2, but surely not one: its writer meant a list, a pattern or a
/// port. Nothing if there is no such mistake.
std::optional<std::string> mistake_in(std::string_view text) {
  const auto said = [text](const std::string& what) { return quoted(text) + " " + what; };
  if (text.starts_with('[')) return std::nullopt;
  if (const std::string host = host_of_url(text); !host.empty()) {
    return said("is a URL, and a site is a host: did you mean " + quoted(host) + "?");
  }
  if (const auto hosts = hosts_in(text); hosts.size() > 1 && std::ranges::all_of(hosts, is_site_host)) {
    std::string list;
    for (const std::string& host : hosts) list += (list.empty() ? "" : ", ") + quoted(host);
    return said("names several hosts: did you mean [" + list + "]?");
  }
  const std::string_view host = text.substr(0, text.find(':'));
  if (!host.empty() && std::all_of(host.begin(), host.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return said("is not a host: did you mean " + quoted("localhost:" + std::string(host)) + "?");
  }
  const std::string plain(std::ranges::find_if(text, is_host_byte), text.end());
  if (plain.size() != text.size() && is_site_host(plain) && policy::parse_spelling(plain, "http")) {
    return said("is not a host, and patterns are not known here: did you mean " + quoted(plain) + "?");
  }
  return std::nullopt;
}

/// RFC 9110, section 4.2.1: no request names an empty port, or goes to port 0.
std::optional<std::string> port_mistake_in(std::string_view text) {
  const std::size_t colon = text.find(':', text.starts_with('[') ? std::min(text.find(']'), text.size()) : 0);
  if (colon == text.npos || text.find_first_not_of('0', colon + 1) != text.npos) return std::nullopt;
  return quoted(text) + " has a port that no request names: did you mean " + quoted(text.substr(0, colon)) +
         "?";
}

/// Whether the text is a site or, with `is_spelling`, a spelling of one; what is wrong with it is told.
bool is_sound(const Value& value, const Place& place, const std::string& text, bool is_spelling) {
  std::optional<std::string> mistake = mistake_in(text);
  if (!mistake) mistake = port_mistake_in(text);
  const bool is_read = is_spelling ? static_cast<bool>(policy::parse_spelling(text, "http"))
                                   : http::parse_authority(text, "http") && text.find('*') == text.npos;
  if (!mistake && !(is_read && is_site_host(text))) {
    mistake = "expected " + std::string(is_spelling ? a_spelling : a_site) + ", found " + quoted(text);
  }
  if (mistake) value.error_at(place, *mistake);
  return !mistake;
}

/// What one name stands for over one scheme: `host:port`, its port empty if it is the default one.
std::string place_of(const http::Authority& authority) {
  return authority.host + ":" + authority.port;
}

/// Who has which name, over one scheme: a second claim to it is an error, and tells of the first.
class Claims {
 public:
  explicit Claims(std::string_view scheme) : scheme_(scheme) {}

  /// What speaks against one more site, or nothing.
  std::optional<std::string> add_site(const std::string& site) {
    const auto [other, is_new] = sites_.emplace(place_of(*http::parse_authority(site, scheme_)), site);
    if (is_new) return std::nullopt;
    return quoted(site) + " is the site " + quoted(other->second);
  }

  /// The same for a spelling of a site that was added.
  std::optional<std::string> add_spelling(const std::string& text, const std::string& site) {
    const http::Authority spelling = *policy::parse_spelling(text, scheme_);
    if (spelling.port == "*") {
      const std::string host = spelling.host + ":";
      for (auto at = sites_.lower_bound(host); at != sites_.end() && at->first.starts_with(host); ++at) {
        if (at->second == site) continue;
        return quoted(text) + " takes in " + quoted(at->second) + ", which is a site itself";
      }
    } else if (const auto other = sites_.find(place_of(spelling)); other != sites_.end()) {
      return quoted(text) + (other->second == site ? " is the site itself" : " is a site itself");
    }
    const auto [other, is_new] = spellings_.emplace(place_of(spelling), site);
    if (is_new) return std::nullopt;
    return quoted(text) + (other->second == site ? std::string(" is listed twice")
                                                 : " is listed for " + quoted(other->second) + " already");
  }

 private:
  std::string_view scheme_;
  std::map<std::string, std::string> sites_;
  std::map<std::string, std::string> spellings_;
};

/// Both schemes, since what is the default port over one is none over the other.
class AllClaims {
 public:
  void add_site(const Value& value, const Place& place, const std::string& site) {
    tell(value, place, http_.add_site(site), https_.add_site(site));
  }

  void add_spelling(const Value& value, const std::string& text, const std::string& site) {
    tell(value, value.node().place(), http_.add_spelling(text, site), https_.add_spelling(text, site));
  }

 private:
  static void tell(const Value& value, const Place& place, const std::optional<std::string>& http,
                   const std::optional<std::string>& https) {
    if (http || https) value.error_at(place, http ? *http : *https);
  }

  Claims http_{"http"};
  Claims https_{"https"};
};

/// The spellings that are authorities; what they mean together is looked at when all of them are known.
std::vector<Value> read_spellings(const Value& value, SiteRule& rule) {
  std::vector<Value> items;
  for (const Value& item : value.items()) {
    const std::optional<std::string> text = item.text(a_spelling);
    if (!text) continue;
    if (!is_sound(item, item.node().place(), *text, true)) continue;
    items.push_back(item);
    rule.spellings.push_back(*text);
  }
  if (value.is_list() && value.items().empty()) value.error("must not be empty");
  return items;
}

}  // namespace

std::optional<std::vector<SiteRule>> Sites::read(const Value& value) const {
  if (!value.is_map()) {
    value.mismatch("a map of sites to their other spellings");
    return std::nullopt;
  }
  std::vector<SiteRule> rules;
  std::vector<std::vector<Value>> items;
  AllClaims claims;
  const Map map(value);
  for (const Entry& entry : map.entries()) {
    if (!is_sound(value, entry.place, entry.key, false)) continue;
    claims.add_site(value, entry.place, entry.key);
    SiteRule& rule = rules.emplace_back(SiteRule{entry.key, {}});
    items.push_back(read_spellings(entry.value, rule));
  }
  for (std::size_t i = 0; i < rules.size(); ++i) {
    for (std::size_t j = 0; j < items[i].size(); ++j) {
      claims.add_spelling(items[i][j], rules[i].spellings[j], rules[i].site);
    }
  }
  return rules;
}

Node Sites::write(const std::vector<SiteRule>& rules) const {
  if (rules.empty()) return {};
  Node map = Node::map();
  for (const SiteRule& rule : rules) map.insert(rule.site, list_node(rule.spellings));
  return map;
}

json::object Sites::schema() const {
  const json::object spelling = any_text_schema();
  json::object list = list_schema(spelling);
  list["minItems"] = 1;
  return map_schema(either_schema(spelling, std::move(list)));
}

}  // namespace larder::config
