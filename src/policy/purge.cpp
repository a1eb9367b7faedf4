#include "percent.hpp"
#include "tags.hpp"

#include <larder/base/text.hpp>
#include <larder/http/cache_groups.hpp>
#include <larder/http/list.hpp>
#include <larder/http/structured_fields.hpp>
#include <larder/policy/field_template.hpp>
#include <larder/policy/folded_path.hpp>
#include <larder/policy/key.hpp>
#include <larder/policy/purge.hpp>

#include <algorithm>
#include <unordered_set>

namespace larder::policy {
namespace {

using Kind = Purge::Kind;

// Purges in the order they were added, none twice.
class PurgeSet {
 public:
  void add(Kind kind, std::string value) {
    const bool is_new = known_.insert(static_cast<char>(kind) + value).second;
    if (is_new) purges_.push_back({kind, std::move(value)});
  }
  std::vector<Purge> take() { return std::move(purges_); }

 private:
  std::vector<Purge> purges_;
  std::unordered_set<std::string> known_;
};

std::string_view without_trailing_slash(std::string_view path) {
  return path.size() > 1 && path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
}

// What a purge of a path past this size names: everything below its first whole segments that fit, so that
// no client fills the log with long paths. One whose first segment does not fit stays as it is, or it would
// name the whole site; the front door bounds it.
constexpr std::size_t longest_place = 1024;

std::string_view whole_segments_of(std::string_view path) {
  if (path.size() <= longest_place) return {};
  const std::size_t slash = path.rfind('/', longest_place - 1);
  return slash == 0 ? std::string_view() : path.substr(0, slash + 1);
}

// A path with and without a trailing slash is one resource to most origins; purging both is harmless to the
// others.
void add_resource(PurgeSet& purges, const std::string& site, std::string_view path) {
  if (const std::string_view prefix = whole_segments_of(path); !prefix.empty()) {
    return purges.add(Kind::below, site + std::string(prefix));
  }
  const std::string plain = site + std::string(without_trailing_slash(path));
  purges.add(Kind::resource, plain);
  if (path != "/") purges.add(Kind::resource, plain + "/");
}

// The root is no collection of what lies right below it: anybody's POST to /xmlrpc.php would purge the home
// page.
void add_parent(PurgeSet& purges, const std::string& site, std::string_view path) {
  const std::string_view plain = without_trailing_slash(path);
  const std::size_t slash = plain.rfind('/');
  if (slash != 0) add_resource(purges, site, plain.substr(0, slash));
}

void add_below(PurgeSet& purges, const std::string& site, std::string_view path) {
  if (const std::string_view prefix = whole_segments_of(path); !prefix.empty()) {
    return purges.add(Kind::below, site + std::string(prefix));
  }
  const std::string_view plain = without_trailing_slash(path);
  purges.add(Kind::below, plain == "/" ? site + "/" : site + std::string(plain) + "/");
}

void add_places(PurgeSet& purges, const std::string& site, const std::string& path,
                const PurgeExtent& extent) {
  add_resource(purges, site, path);
  if (extent.related) add_parent(purges, site, path);
  if (extent.below) add_below(purges, site, path);
}

std::string_view parent_of(std::string_view path) {
  const std::string_view plain = without_trailing_slash(path);
  return plain.substr(0, plain.rfind('/'));
}

// Whether the folded path lies elsewhere than its own segments show: an encoded slash makes two of one, `..;`
// none of two.
bool folds_elsewhere(std::string_view path, std::string_view folded) {
  if (path.size() > longest_place && is_ambiguous_path(path)) return true;
  return without_trailing_slash(purged_form(parent_of(path))) != parent_of(folded);
}

// What is purged meets what is stored in a folded form, whatever form is named. Its parent may be another
// one.
void add_places_of(PurgeSet& purges, const std::string& site, const std::string& path,
                   const PurgeExtent& extent) {
  add_places(purges, site, path, extent);
  if (!has_other_purged_form(path)) return;
  const std::string folded = purged_form(path);
  if (folds_elsewhere(path, folded)) add_places(purges, site, folded, extent);
}

// A path past that bound is recorded as a prefix, which its forms have too.
void add_forms(PurgeSet& purges, const UrlForms& forms, const std::string& site, const PurgeExtent& extent) {
  for (const std::string& item : forms.items) {
    add_resource(purges, site, item);
    if (extent.below) add_below(purges, site, item);
  }
  for (const std::string& parent : forms.parents) add_resource(purges, site, parent);
}

void add_forms_of(PurgeSet& purges, const UrlSuffixes& suffixes, const http::Target& target,
                  const std::string& site, const std::string& path, const PurgeExtent& extent) {
  if (path.size() > longest_place) return;
  add_forms(purges, suffixes.forms_of(target, path), site, extent);
  if (!has_other_purged_form(path)) return;
  const std::string folded = purged_form(path);
  if (folds_elsewhere(path, folded)) add_forms(purges, suffixes.forms_of(target, folded), site, extent);
}

// A request without a host may have gone to any site (RFC 9112, section 3.2).
std::string purged_site(const http::Target& target) {
  return std::string(target.host.empty() ? every_site : site_of(target));
}

// Calls `visit` with what a field refers to. RFC 9111, section 4.4: only URIs of the same site, or one site
// could purge another's. A purge of a site is of what it has over http and over https; ports count, except
// default ones.
template <class Visit>
void for_each_reference(const Sites& sites, const http::Target& target, const http::FieldList& fields,
                        std::string_view name, Visit visit) {
  for (const http::Field field : fields) {
    if (!equal_ignoring_case(field.name, name)) continue;
    const std::string_view reference = trim(field.value);
    auto named = http::resolve(target, reference.substr(0, reference.find('#')));
    if (!named) continue;
    sites.replace(*named);
    named->scheme = target.scheme;
    if (http::same_origin(target, *named)) visit(*named);
  }
}

void add_references(PurgeSet& purges, const Sites& sites, const http::Target& target,
                    const http::FieldList& fields, std::string_view name) {
  for_each_reference(sites, target, fields, name, [&purges](const http::Target& named) {
    add_resource(purges, purged_site(named), normal_path(named.path));
  });
}

// RFC 4918, sections 9.8.3 and 9.9.3: what was at the destination is replaced, and so is what was below it.
void add_destination(PurgeSet& purges, const Sites& sites, const http::Target& target,
                     const http::RequestHead& request) {
  if (request.method != "COPY" && request.method != "MOVE") return;
  const PurgeExtent whole{.target = true, .related = true, .below = true};
  for_each_reference(sites, target, request.fields, "Destination", [&](const http::Target& named) {
    add_places_of(purges, purged_site(named), normal_path(named.path), whole);
  });
}

// RFC 9875, section 3.
void add_group_purges(PurgeSet& purges, const http::Target& target, const http::FieldList& fields) {
  constexpr http::FieldName name("Cache-Group-Invalidation");
  // More than are read could name anything of this site: rather too much than too little.
  if (count_members(fields, name) > http::structured::most_members) {
    purges.add(Kind::below, purged_site(target) + "/");
  }
  const auto groups = http::parse_cache_groups(fields, name);
  if (!groups) return;
  for (const std::string& group : *groups) {
    // Without a host it may be any origin's.
    purges.add(Kind::tag, target.host.empty() ? group : group_name(target, group));
  }
}

// Whether a segment of what became of a template is one of dots to some origin: it would name another place
// than the template's writer meant, up to the whole site.
bool climbs(std::string_view path) {
  const std::string read = percent_decoded(path);
  std::string_view rest = read;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of("/\\"), rest.size());
    const std::string_view segment = rest.substr(0, std::min(rest.find(';'), end));
    if (segment == "." || segment == "..") return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

// Whether a segment of what was captured is none to some origin, as `;x` or `%20` is: the path would be that
// of what lies above, which with a pattern is all of it.
bool has_vain_segment(std::string_view captured) {
  const std::string read = percent_decoded(captured);
  std::string_view rest = read;
  if (rest.ends_with('/')) rest.remove_suffix(1);
  while (true) {
    const std::size_t end = std::min(rest.find_first_of("/\\"), rest.size());
    const std::string_view segment = rest.substr(0, std::min(rest.find(';'), end));
    if (segment.find_last_not_of(". ") == segment.npos) return true;
    if (end == rest.size()) return false;
    rest.remove_prefix(end + 1);
  }
}

bool uses_vain_capture(std::string_view url, const Captures& captures) {
  const std::vector<std::string_view> used = placeholders_of(url);
  return std::ranges::any_of(captures, [&used](const auto& capture) {
    return std::ranges::find(used, capture.first) != used.end() && has_vain_segment(capture.second);
  });
}

// What is captured stands for itself: no `*` or `{}` in it means anything in a pattern, whose encoded ones
// match those of paths in either spelling.
Captures captures_for_pattern(Captures captures) {
  for (auto& [name, value] : captures) {
    std::string literal;
    append_encoded(literal, value, "*{}");
    value = std::move(literal);
  }
  return captures;
}

void add_route_urls(PurgeSet& purges, const Route& route, const Captures& captures, const std::string& site) {
  for (const std::string& url : route.purge.urls) {
    const bool is_pattern = url.find('*') != url.npos;
    const auto path = expand_template(url, is_pattern ? captures_for_pattern(captures) : captures);
    if (!path || climbs(*path) || uses_vain_capture(url, captures)) continue;
    if (is_pattern) {
      purges.add(Kind::pattern, site + normal_path(*path));
    } else {
      add_resource(purges, site, normal_path(*path));
    }
  }
}

void add_rules(PurgeSet& purges, const Route& route, const Captures& captures, const std::string& site) {
  add_route_urls(purges, route, captures, site);
  for (const std::string& text : route.purge.tags) {
    for (std::string& name : expanded_tags(text, captures)) purges.add(Kind::tag, std::move(name));
  }
}

}  // namespace

std::string_view name_of(Purge::Kind kind) {
  return std::ranges::find(purge_kind_names, kind, [](const auto& row) { return row.first; })->second;
}

std::optional<Purge::Kind> purge_kind_of(std::string_view name) {
  const auto row = std::ranges::find(purge_kind_names, name, [](const auto& known) { return known.second; });
  return row == purge_kind_names.end() ? std::nullopt : std::optional(row->first);
}

std::vector<Purge> purges_of_target(const http::Target& target) {
  PurgeSet purges;
  add_resource(purges, purged_site(target), normal_path(target.path));
  return purges.take();
}

std::vector<Purge> purges_of(const Route& route, const Captures& captures, const http::Target& target,
                             const http::RequestHead& request, const http::ResponseHead* response,
                             const PurgeExtent& extent, const Sites& sites, const UrlSuffixes& suffixes) {
  if (route.purge.none || !extent.target) return {};
  PurgeSet purges;
  const std::string site = purged_site(target);
  const std::string path = normal_path(target.path);
  add_places_of(purges, site, path, extent);
  if (!extent.related) return purges.take();
  add_forms_of(purges, suffixes, target, site, path, extent);
  add_destination(purges, sites, target, request);
  if (response) {
    add_references(purges, sites, target, response->fields, "Location");
    add_references(purges, sites, target, response->fields, "Content-Location");
    add_group_purges(purges, target, response->fields);
  }
  add_rules(purges, route, captures, site);
  return purges.take();
}

std::vector<Purge> purges_of_rules(const Route& route, const Captures& captures, const http::Target& target) {
  if (route.purge.none) return {};
  PurgeSet purges;
  add_rules(purges, route, captures, purged_site(target));
  return purges.take();
}

}  // namespace larder::policy
