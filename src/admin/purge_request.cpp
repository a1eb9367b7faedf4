#include <larder/admin/purge_request.hpp>
#include <larder/base/text.hpp>
#include <larder/http/target.hpp>
#include <larder/policy/foreign_notation.hpp>
#include <larder/policy/path_pattern.hpp>
#include <larder/store/purge_table.hpp>

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace larder::admin {
namespace {

namespace json = boost::json;
using Kind = policy::Purge::Kind;

constexpr std::array<std::string_view, 3> others{"host", "dry_run", "soft"};
constexpr std::size_t longest_text = 8 * 1024;
constexpr std::size_t most_tags = 256;

/// A client's text as a problem may repeat it.
std::string shown(std::string_view text) {
  std::string plain(text.substr(0, 64));
  std::ranges::replace_if(
      plain, [](char c) { return c < 0x20 || c >= 0x7f || c == '"' || c == '\\'; }, '?');
  return "'" + plain + "'";
}

bool is_selector(std::string_view name) {
  const auto has_name = [name](const PurgeSelector& selector) { return selector.name == name; };
  return name == "all" || std::ranges::any_of(purge_selectors, has_name);
}

/// Where something is: sites, or store::every_site, and a path.
struct Place {
  std::vector<std::string> sites;
  std::string path;
};

/// Reads one request; the first thing wrong with it is what its sender gets to know.
class Reader {
 public:
  Reader(const json::object& members, const policy::Sites& sites) : members_(members), sites_(sites) {}

  std::variant<PurgeRequest, Refusal> read() {
    const std::optional<std::string_view> kind = read_kind();
    read_host();
    const bool dry_run = read_flag("dry_run");
    const bool soft = read_flag("soft");
    if (kind) read_purges(*kind);
    if (refusal_) return *std::move(refusal_);
    return PurgeRequest{std::move(purges_), dry_run, soft};
  }

 private:
  void refuse(std::string detail, int status = 400) {
    if (!refusal_) refusal_ = Refusal{status, std::move(detail)};
  }

  std::optional<std::string_view> read_kind();
  void read_host();
  bool read_flag(std::string_view name);
  std::optional<std::string> read_text(std::string_view name) { return text_of(name, members_.at(name)); }
  std::optional<std::string> text_of(std::string_view name, const json::value& value);
  std::optional<std::string> read_site(std::string_view name, std::string_view authority);
  std::optional<Place> read_place(std::string_view name);
  std::vector<std::string> sites_at(const std::optional<std::string>& host) const;

  void read_purges(std::string_view kind);
  void read_tags();
  void read_tag(const json::value& value);
  void read_all();
  void add_url(const Place& place);
  void add_prefix(const Place& place);
  void add_pattern(const Place& place);
  void add(Kind kind, std::string value) { purges_.push_back({kind, std::move(value)}); }

  const json::object& members_;
  const policy::Sites& sites_;
  std::optional<std::string> host_;
  std::vector<policy::Purge> purges_;
  std::optional<Refusal> refusal_;
};

std::optional<std::string_view> Reader::read_kind() {
  std::vector<std::string_view> found;
  for (const auto& member : members_) {
    const std::string_view name(member.key().data(), member.key().size());
    if (is_selector(name)) {
      found.push_back(name);
    } else if (std::ranges::find(others, name) == others.end()) {
      refuse(shown(name) + ": there is no such member");
    }
  }
  if (found.empty()) refuse("one of url, prefix, pattern, tag and all must say what to purge");
  if (found.size() > 1) {
    refuse(std::string(found[0]) + " and " + std::string(found[1]) + ": only one may say what to purge");
  }
  if (refusal_) return std::nullopt;
  return found.front();
}

void Reader::read_host() {
  if (!members_.contains("host")) return;
  const std::optional<std::string> text = read_text("host");
  if (text) host_ = read_site("host", *text);
}

bool Reader::read_flag(std::string_view name) {
  const json::value* const value = members_.if_contains(name);
  if (value == nullptr) return false;
  if (!value->is_bool()) refuse(std::string(name) + ": must be true or false");
  return value->is_bool() && value->get_bool();
}

std::optional<std::string> Reader::text_of(std::string_view name, const json::value& value) {
  const json::string* const text = value.if_string();
  if (text == nullptr || text->empty()) {
    refuse(std::string(name) + ": must be a text that is not empty");
  } else if (text->size() > longest_text) {
    refuse(std::string(name) + ": must not be longer than 8 KiB");
  } else {
    return std::string(text->data(), text->size());
  }
  return std::nullopt;
}

/// A site is a host alone (policy::site_of()).
std::optional<std::string> Reader::read_site(std::string_view name, std::string_view authority) {
  if (authority.find('*') != authority.npos) {
    refuse(std::string(name) + ": " + shown(authority) +
           " is no host; a purge without a host is one of every site");
    return std::nullopt;
  }
  Result<http::Authority> parsed = http::parse_authority(authority, "http");
  if (parsed) return std::move(parsed->host);
  refuse(std::string(name) + ": " + shown(authority) + " is no host");
  return std::nullopt;
}

/// The text is taken apart by hand: a pattern is not a URL.
std::optional<Place> Reader::read_place(std::string_view name) {
  std::optional<std::string> text = read_text(name);
  if (!text) return std::nullopt;
  text = http::with_bytes_encoded(*text);
  if (!http::is_target_text(*text)) {
    refuse(std::string(name) + ": " + shown(*text) +
           " holds what no URL may: #, control bytes, spaces at its ends, or a host in other letters than "
           "xn-- has");
    return std::nullopt;
  }
  if (text->starts_with("//")) {
    refuse(std::string(name) + ": " + shown(*text) + " has no scheme: write " +
           shown("http://" + text->substr(std::min(text->find_first_not_of('/'), text->size()))) +
           ", or a path that begins with one /");
    return std::nullopt;
  }
  std::optional<std::string> host = host_;
  std::string path = *text;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!starts_with_ignoring_case(*text, scheme)) continue;
    const std::size_t end = std::min(text->find_first_of("/?", scheme.size()), text->size());
    const auto site = read_site(name, std::string_view(*text).substr(scheme.size(), end - scheme.size()));
    if (!site) return std::nullopt;
    if (host_ && *host_ != *site) refuse("host: another one stands in " + std::string(name));
    host = site;
    path = text->substr(end);
    if (!path.starts_with('/')) path.insert(0, 1, '/');
  }
  if (path.starts_with('/')) return Place{sites_at(host), std::move(path)};
  refuse(std::string(name) + ": " + shown(*text) +
         " is neither a path, which begins with /, nor an http URL");
  return std::nullopt;
}

std::vector<std::string> Reader::sites_at(const std::optional<std::string>& host) const {
  if (!host) return {std::string(store::every_site)};
  return sites_.hosts_of(*host);
}

void Reader::read_purges(std::string_view kind) {
  if (kind == "tag") return read_tags();
  if (kind == "all") return read_all();
  std::optional<Place> place = read_place(kind);
  if (!place) return;
  if (kind == "url") {
    place->path.resize(std::min(place->path.find('?'), place->path.size()));
  } else if (place->path.find('?') != std::string::npos) {
    return refuse(std::string(kind) + ": must not have a query: every query of a path is purged");
  }
  if (kind != "pattern" && place->path.find_first_of("*{}") != std::string::npos) {
    return refuse(std::string(kind) + ": " + shown(place->path) +
                  " would be taken literally: what holds * or {name} is a pattern");
  }
  place->path = policy::normal_path(place->path);
  if (kind == "url") add_url(*place);
  if (kind == "prefix") add_prefix(*place);
  if (kind == "pattern") add_pattern(*place);
}

void Reader::read_tags() {
  const json::value& value = members_.at("tag");
  if (!value.is_array()) return read_tag(value);
  const json::array& list = value.get_array();
  if (list.empty() || list.size() > most_tags) return refuse("tag: a list must hold 1 to 256 tags");
  for (const json::value& one : list) read_tag(one);
}

void Reader::read_tag(const json::value& value) {
  const std::optional<std::string> tag = text_of("tag", value);
  if (!tag) return;
  if (host_) return refuse("host: a tag is purged wherever it is");
  // Names lose the spaces around them when they are read from a field.
  const bool has_control = std::ranges::any_of(*tag, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (has_control || trim(*tag) != *tag) {
    return refuse("tag: must not have control bytes, or spaces at its ends");
  }
  if (tag->find('*') != tag->npos) {
    return refuse("tag: " + shown(*tag) + " would be taken literally: a tag is purged by its whole name");
  }
  for (std::string& spelling : policy::tag_spellings(*tag)) add(Kind::tag, std::move(spelling));
}

void Reader::read_all() {
  const json::value& value = members_.at("all");
  if (!value.is_bool() || !value.get_bool()) return refuse("all: must be true");
  if (!host_) return add(Kind::all, "*");
  for (const std::string& site : sites_at(host_)) add(Kind::below, site + "/");
}

/// A path with and without a trailing slash is one resource to most origins.
void Reader::add_url(const Place& place) {
  const std::string plain = place.path == "/" || !place.path.ends_with('/')
                                ? place.path
                                : place.path.substr(0, place.path.size() - 1);
  for (const std::string& site : place.sites) {
    add(Kind::resource, site + plain);
    if (plain != "/") add(Kind::resource, site + plain + "/");
  }
}

void Reader::add_prefix(const Place& place) {
  for (const std::string& site : place.sites) {
    const bool is_below = place.path.ends_with('/');
    if (!is_below) add(Kind::resource, site + place.path);
    add(Kind::below, site + place.path + (is_below ? "" : "/"));
  }
}

void Reader::add_pattern(const Place& place) {
  if (!policy::PathPattern::parse(place.path)) {
    return refuse("pattern: " + shown(place.path) +
                  " is no pattern: segments are literal, or hold * or a {name}; one may be {name**} or **, "
                  "and ** the last");
  }
  if (const auto foreign = policy::foreign_path_pattern(place.path)) {
    return refuse("pattern: " + shown(foreign->piece) + " is another notation" +
                  (foreign->meant.empty() ? "" : ": did you mean " + shown(foreign->meant) + "?"));
  }
  for (const std::string& site : place.sites) add(Kind::pattern, site + place.path);
}

}  // namespace

std::variant<PurgeRequest, Refusal> read_purge_request(std::string_view json, const policy::Sites& sites) {
  boost::system::error_code error;
  const json::value value = json::parse(boost::json::string_view(json.data(), json.size()), error);
  if (error) return Refusal{400, "The content is not JSON."};
  if (!value.is_object()) return Refusal{400, "The content must be a JSON object."};
  return Reader(value.get_object(), sites).read();
}

std::string describe(const policy::Purge& purge) {
  return std::string(policy::name_of(purge.kind)) + " " + purge.value;
}

}  // namespace larder::admin
