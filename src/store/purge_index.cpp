#include <larder/base/hash.hpp>
#include <larder/policy/folded_path.hpp>
#include <larder/store/purge_index.hpp>

#include <algorithm>

namespace larder::store {
namespace {

/// What is too old need not go at once: many purges in one second a day ago would hold up all requests now.
constexpr std::size_t most_forgotten_at_once = 256;

/// `site/path/` as the index keeps it. What does not end in a slash counts as its parent: rather
/// too much than too little.
std::string_view up_to_last_slash(std::string_view value) {
  return value.substr(0, value.rfind('/') + 1);
}

/// `site/path` with the path as what is stored is looked for.
std::string kept_form(std::string_view place) {
  const std::size_t slash = std::min(place.find('/'), place.size());
  return std::string(place.substr(0, slash)) + policy::purged_form(place.substr(slash));
}

/// The same, but for what would be a whole site: it is not meant by `/;x/`.
std::string kept_place(std::string_view place) {
  std::string form = kept_form(place);
  const bool is_site = form.find('/') + 1 == form.size();
  return is_site && form != place ? std::string(place) : form;
}

}  // namespace

/// Looks for what names a response, and remembers the earliest of it.
class PurgeIndex::Search {
 public:
  explicit Search(const Since& since) : since_(since) {}

  bool is_before(const Moment& moment) const {
    return since_.position ? moment.position > *since_.position : moment.sequence > since_.sequence;
  }
  bool counts_positions() const { return since_.position.has_value(); }

  void look_at(const Moment& moment) {
    if (is_before(moment)) found_ = std::min(found_.value_or(moment.at), moment.at);
  }
  void look_for(const Names& names, std::string_view name) {
    if (names.by_hash.empty()) return;
    if (const Moment* const known = names.by_hash.find(hash_of(name))) look_at(*known);
  }
  /// `place` is `site/path`.
  void look_for_place(const Names& resources, const Names& below, std::string_view place) {
    look_for(resources, place);
    // No further than anything was purged: a path may have thousands of segments.
    place = place.substr(0, below.longest);
    for (std::size_t i = place.find('/'); i != std::string_view::npos; i = place.find('/', i + 1)) {
      look_for(below, place.substr(0, i + 1));
    }
  }
  void look_for_pattern(const Pattern& purged, const policy::TagsView& tags, std::string_view form) {
    if (!is_before(purged.last)) return;
    const std::string_view site = std::string_view(purged.value).substr(0, purged.site_size);
    const bool is_site = site == tags.site || site == every_site;
    if (!is_site) return;
    const policy::PathPattern& folded = purged.folded ? *purged.folded : purged.pattern;
    if (purged.pattern.matches(tags.path) || folded.matches(form)) look_at(purged.last);
  }

  std::optional<Time> found() const { return found_; }

 private:
  const Since& since_;
  std::optional<Time> found_;
};

std::optional<Time> PurgeIndex::find(const policy::TagsView& tags, const Since& since) const {
  if (is_empty_) return std::nullopt;
  Search search(since);
  search.look_at(everything_);
  for (const std::string_view name : tags.names) search.look_for(tags_, name);
  if (policy::has_other_purged_form(tags.path)) {
    look_for_path(search, tags, policy::purged_form(tags.path));
  } else {
    look_for_path(search, tags, tags.path);
  }
  return search.found();
}

/// `form`: the path's purged_form(), in which all names are kept.
void PurgeIndex::look_for_path(Search& search, const policy::TagsView& tags, std::string_view form) const {
  std::string place(tags.site);
  place += form;
  search.look_for_place(resources_, below_, place);
  place.replace(0, tags.site.size(), every_site);
  search.look_for_place(resources_, below_, place);
  for (auto purged = patterns_.by_age.rbegin(); purged != patterns_.by_age.rend(); ++purged) {
    // The latest come first, by sequence.
    if (!search.counts_positions() && !search.is_before(purged->last)) break;
    search.look_for_pattern(*purged, tags, form);
  }
}

bool PurgeIndex::apply(const policy::Purge& purge, const Said& said) {
  using Kind = policy::Purge::Kind;
  is_empty_ = false;
  switch (purge.kind) {
    case Kind::resource:
      return remember(resources_, kept_form(purge.value), said);
    case Kind::below:
      return purge.value.find('/') == std::string::npos
                 ? remember(below_, purge.value + '/', said)
                 : remember(below_, kept_place(up_to_last_slash(purge.value)), said);
    case Kind::tag:
      return remember(tags_, purge.value, said);
    case Kind::pattern:
      return apply_pattern(purge.value, said);
    case Kind::all:
      break;
  }
  return purge_everything(said);
}

PurgeIndex::Moment PurgeIndex::first_moment(const Said& said) {
  return {said.position.value_or(Position{}), said.sequence, said.at};
}

bool PurgeIndex::move_on(Moment& moment, const Said& said) {
  if (said.position && moment.position >= *said.position) return false;
  moment = {said.position.value_or(moment.position), said.sequence, said.at};
  return true;
}

bool PurgeIndex::remember(Names& names, std::string_view name, const Said& said) {
  const std::uint64_t hash = hash_of(name);
  names.longest = std::max(names.longest, name.size());
  const auto [known, is_new] = names.by_hash.try_emplace(hash);
  if (!is_new) return move_on(*known, said);
  *known = first_moment(said);
  names.by_age.push_back({hash, said.at});
  return true;
}

bool PurgeIndex::apply_pattern(const std::string& value, const Said& said) {
  std::list<Pattern>& by_age = patterns_.by_age;
  const auto known = patterns_.by_value.find(value);
  if (known != patterns_.by_value.end()) {
    if (!move_on(known->second->last, said)) return false;
    by_age.splice(by_age.end(), by_age, known->second);
    return true;
  }
  const std::size_t slash = std::min(value.find('/'), value.size());
  Result<policy::PathPattern> pattern = policy::PathPattern::parse(std::string_view(value).substr(slash));
  if (!pattern) return purge_everything(said);  // unreadable: rather too much than too little
  std::optional<policy::PathPattern> folded;
  if (policy::is_oddly_written(*pattern)) folded = policy::purged_form(*pattern);
  by_age.push_back({value, std::move(*pattern), std::move(folded), slash, first_moment(said)});
  patterns_.by_value.emplace(by_age.back().value, std::prev(by_age.end()));
  return true;
}

bool PurgeIndex::purge_everything(const Said& said) {
  return move_on(everything_, said);
}

void PurgeIndex::prune(const Said& said) {
  const Time oldest = said.at - limits_.max_lifetime;
  for (Names* names : {&resources_, &below_, &tags_}) forget_names(*names, oldest);
  std::size_t left = most_forgotten_at_once;
  while (!patterns_.by_age.empty() && patterns_.by_age.front().last.at < oldest && left-- != 0) {
    forget_oldest_pattern();
  }
  while (names() > limits_.max_names) forget_oldest_name();
  for (; patterns() > limits_.max_patterns; ++forgotten_early_) forget_oldest_pattern();
}

void PurgeIndex::forget_oldest_pattern() {
  forget(patterns_.by_age.front().last);
  patterns_.by_value.erase(patterns_.by_age.front().value);
  patterns_.by_age.pop_front();
}

void PurgeIndex::forget(const Moment& moment) {
  everything_.position = std::max(everything_.position, moment.position);
  everything_.sequence = std::max(everything_.sequence, moment.sequence);
  everything_.at = std::max(everything_.at, moment.at);
}

void PurgeIndex::forget_names(Names& names, Time oldest) {
  std::size_t left = most_forgotten_at_once;
  while (!names.by_age.empty() && names.by_age.front().at < oldest && left-- != 0) {
    const std::uint64_t hash = names.by_age.front().hash;
    names.by_age.pop_front();
    const Moment* const known = names.by_hash.find(hash);
    if (known->at >= oldest) {
      names.by_age.push_back({hash, known->at});
    } else {
      forget(*known);
      names.by_hash.erase(hash);
    }
  }
}

/// One of them, or none that it takes for older than it is: what was purged again since then goes back in
/// line.
void PurgeIndex::forget_oldest_name() {
  Names* oldest = nullptr;
  for (Names* names : {&resources_, &below_, &tags_}) {
    if (names->by_age.empty()) continue;
    if (oldest == nullptr || names->by_age.front().at < oldest->by_age.front().at) oldest = names;
  }
  const Names::Queued queued = oldest->by_age.front();
  oldest->by_age.pop_front();
  const Moment* const known = oldest->by_hash.find(queued.hash);
  if (known->at > queued.at) {
    oldest->by_age.push_back({queued.hash, known->at});
    return;
  }
  forget(*known);
  oldest->by_hash.erase(queued.hash);
  ++forgotten_early_;
}

std::size_t PurgeIndex::names() const {
  return resources_.by_hash.size() + below_.by_hash.size() + tags_.by_hash.size();
}

}  // namespace larder::store
