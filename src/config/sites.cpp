#include "scalars.hpp"
#include "sections.hpp"

#include <map>

namespace larder::config {
namespace {

using policy::SiteRule;

constexpr std::string_view a_site = "a host such as \"shop.example\" or \"shop.example:8080\"";
constexpr std::string_view a_spelling =
    "a host such as \"www.shop.example\", or \"localhost:*\" for every port";

/// What one name stands for over one scheme: `host:port`, its port empty where it is the default one.
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
  void add_site(const Value& value, const YAML::Mark& mark, const std::string& site) {
    tell(value, mark, http_.add_site(site), https_.add_site(site));
  }

  void add_spelling(const Value& value, const std::string& text, const std::string& site) {
    tell(value, value.node().Mark(), http_.add_spelling(text, site), https_.add_spelling(text, site));
  }

 private:
  static void tell(const Value& value, const YAML::Mark& mark, const std::optional<std::string>& http,
                   const std::optional<std::string>& https) {
    if (http || https) value.error_at(mark, http ? *http : *https);
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
    if (!policy::parse_spelling(*text, "http")) {
      item.mismatch(a_spelling, *text);
      continue;
    }
    items.push_back(item);
    rule.spellings.push_back(*text);
  }
  if (value.is_list() && value.items().empty()) value.error("must not be empty");
  return items;
}

}  // namespace

std::optional<std::vector<SiteRule>> read_sites(const Value& value) {
  if (!value.is_map()) {
    value.mismatch("a map of sites to their other spellings");
    return std::nullopt;
  }
  std::vector<SiteRule> rules;
  std::vector<std::vector<Value>> items;
  AllClaims claims;
  const Map map(value, "sites");
  for (const Entry& entry : map.entries()) {
    if (!http::parse_authority(entry.key, "http") || entry.key.find('*') != entry.key.npos) {
      value.error_at(entry.mark, "expected " + std::string(a_site) + ", found " + quoted(entry.key));
      continue;
    }
    claims.add_site(value, entry.mark, entry.key);
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

}  // namespace larder::config
