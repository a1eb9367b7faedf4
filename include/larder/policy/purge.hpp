#pragma once

#include <larder/http/message.hpp>
#include <larder/http/target.hpp>
#include <larder/policy/route.hpp>
#include <larder/policy/sites.hpp>
#include <larder/policy/url_forms.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace larder::policy {

/// In place of a purge's site: every site. No host can be written like that (RFC 3986, section 3.2.2), or a
/// request for that host could purge others.
inline constexpr std::string_view every_site = "{*}";

/// One thing a purge names. A site is a host without scheme and port (site_of()): a write over https purges
/// what http fetched too.
struct Purge {
  enum class Kind {
    resource,  ///< `site/path`: that path with every query, partition and variant
    below,     ///< `site/path/`: everything whose path begins so
    pattern,   ///< `site` + a PathPattern: every path that matches
    tag,       ///< a tag's name
    all,       ///< everything
  };
  Kind kind = Kind::resource;
  std::string value;
  bool operator==(const Purge&) const = default;
};

/// The name of each kind: in the purge log's records and where a purge is printed.
inline constexpr std::array<std::pair<Purge::Kind, std::string_view>, 5> purge_kind_names{{
    {Purge::Kind::resource, "resource"},
    {Purge::Kind::below, "below"},
    {Purge::Kind::pattern, "pattern"},
    {Purge::Kind::tag, "tag"},
    {Purge::Kind::all, "all"},
}};

/// As above; nothing if there is no such kind.
std::string_view name_of(Purge::Kind kind);
std::optional<Purge::Kind> purge_kind_of(std::string_view name);

/// The form of a path in which tags and purges are compared: needless percent-encoding and dot segments
/// removed, the digits of an encoding in upper case (RFC 3986, section 6.2.2), repeated slashes made one.
/// Origins that tell such paths apart see too much purged, never too little. Every purge that names a path
/// has it in this form.
std::string normal_path(std::string_view path);

/// The form in which purges and what is stored meet: folded (folded_path()), with a slash at the end if
/// `normal_path` has one. So a write to `/a%2Fb`, `/A;v=1/b` or `/a%5Cb` purges `/a/b`, and the other way
/// round: to some origins they are one, to the others too much is purged, and never more than a path each.
std::string purged_form(std::string_view normal_path);

/// A pattern that takes these forms of the paths that `pattern` takes.
PathPattern purged_form(const PathPattern& pattern);

/// Whether that may be another text than the path itself; found quickly.
bool has_other_purged_form(std::string_view normal_path);

/// What identifies a stored response to the purge log: kept with it.
struct Tags {
  std::string site;                ///< site_of() its target
  std::string path;                ///< normal_path(), without the query
  std::vector<std::string> names;  ///< from the route's templates, its tag_fields and Cache-Groups
  bool operator==(const Tags&) const = default;
};

/// The same as views.
struct TagsView {
  TagsView(std::string_view site, std::string_view path, std::vector<std::string_view> names)
      : site(site), path(path), names(std::move(names)) {}
  TagsView(const Tags& tags)
      : site(tags.site), path(tags.path), names(tags.names.begin(), tags.names.end()) {}

  std::string_view site;
  std::string_view path;
  std::vector<std::string_view> names;
};

/// The tags of a response about to be stored: the route's, those in its tag_fields (spaces trimmed); a
/// Cache-Group is one as it stands and one with its origin.
Tags tags_of(const Route& route, const Captures& captures, const http::Target& target,
             const http::FieldList& response_fields);

/// Each purge is compared with every tag of a stored response: what names more is not stored.
inline constexpr std::size_t most_tags = 1024;

/// Whether the route's tag_fields and Cache-Groups name more than that, repetitions counted.
bool has_too_many_tags(const Route& route, const http::FieldList& response_fields);

/// A tag as it is written, with needless percent-encoding removed (RFC 3986, section 6.2.2), and decoded, as
/// people know it, if that is UTF-8 without control bytes: what stores and what purges have all of them, so
/// that the spellings of one path meet. Each once.
std::vector<std::string> tag_spellings(std::string name);

/// Outcome of an unsafe request.
struct WriteOutcome {
  std::optional<int> status;  ///< of the answer; nothing if there was none
  bool is_sent_whole = true;  ///< all of the request went out to the origin
};

/// How much an unsafe request purges.
struct PurgeExtent {
  bool target = false;   ///< the target URI with every query
  bool related = false;  ///< its parent but "/", what the answer names, what the route names
  bool below = false;    ///< everything below it
  bool again = false;    ///< it may be applied later than now: all of this once more
  bool operator==(const PurgeExtent&) const = default;
};

/// How much a request purges (RFC 9111, section 4.4): one that was sent whole and got 2xx, 301, 302 or 303,
/// or whose outcome is unknown then (no answer, or 502 or 504 by a gateway further in). Any other 3xx, and an
/// answer that came before the request was sent whole, purge the target URI alone, as that section demands of
/// every non-error answer. Safe methods, errors, and what was not sent whole purge nothing. `on`: the
/// statuses that count in place of those four, errors too.
PurgeExtent decide_purging(std::string_view method, const WriteOutcome& outcome,
                           const Statuses& on = usual_outcomes());

/// What an unsafe request purges, as far as `extent` goes: its target URI, the parent collection (never "/"),
/// all below; the same-origin Destination of a COPY or MOVE with all below it (RFC 4918); same-origin
/// Location and Content-Location of `response` (nullptr if the outcome is unknown), and the groups of its
/// Cache-Group-Invalidation (RFC 9875, section 3); the route's rules. Paths with and without a trailing slash
/// purge each other; where a path folds into one with another parent, that purges its own. A request without
/// a host may have written to any site, so it purges them all. `target` and what the response names are of
/// the same origin if `sites` says so. `suffixes`: of the routes; URLs that differ by one of them go
/// together.
std::vector<Purge> purges_of(const Route& route, const Captures& captures, const http::Target& target,
                             const http::RequestHead& request, const http::ResponseHead* response,
                             const PurgeExtent& extent, const Sites& sites = Sites(),
                             const UrlSuffixes& suffixes = {});

/// Only what the route names: for the one that takes the target's path as an origin may read it.
std::vector<Purge> purges_of_rules(const Route& route, const Captures& captures, const http::Target& target);

/// Methods that ask the nearest cache to purge, as Varnish's and nginx's users know them: PURGE, BAN. They
/// are never sent on.
bool is_for_caches(std::string_view method);

/// What PURGE purges: the target URI with every query, with and without a trailing slash.
std::vector<Purge> purges_of_target(const http::Target& target);

}  // namespace larder::policy
