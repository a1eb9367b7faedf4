#include <larder/store/purge_table.hpp>

#include <algorithm>
#include <mutex>

namespace larder::store {
namespace {

/// `site/path/` as the table keeps it. What does not end in a slash is taken for what it lies below: rather
/// too much than too little.
std::string up_to_last_slash(const std::string& value) {
  const std::size_t slash = value.rfind('/');
  return slash == std::string::npos ? value + '/' : value.substr(0, slash + 1);
}

}  // namespace

struct PurgeTable::Since {
  std::optional<Position> born;  ///< where given, positions are compared, else sequences
  std::uint64_t checked = 0;

  bool is_before(const Moment& moment) const {
    return born ? moment.position > *born : moment.sequence > checked;
  }
};

void PurgeTable::apply(const std::vector<policy::Purge>& purges, std::optional<Position> position, Time at) {
  const std::unique_lock lock(mutex_);
  const Said said{position, sequence_.load(std::memory_order_relaxed) + 1, at};
  if (position) latest_ = std::max(latest_, *position);
  bool changed = false;
  for (const policy::Purge& purge : purges) changed |= apply_one(purge, said);
  if (resources_.by_age.size() + below_.by_age.size() + tags_.by_age.size() > limits_.max_names ||
      patterns_.by_age.size() > limits_.max_patterns) {
    collapse(said);
  }
  const Time oldest = at - limits_.max_lifetime;
  for (Names* names : {&resources_, &below_, &tags_, &patterns_}) forget_before(*names, oldest);
  if (changed) sequence_.store(said.sequence, std::memory_order_release);
}

bool PurgeTable::apply_one(const policy::Purge& purge, const Said& said) {
  using Kind = policy::Purge::Kind;
  switch (purge.kind) {
    case Kind::resource:
      return remember(resources_, purge.value, said);
    case Kind::below:
      return remember(below_, up_to_last_slash(purge.value), said);
    case Kind::tag:
      return remember(tags_, purge.value, said);
    case Kind::pattern:
      return apply_pattern(purge.value, said);
    case Kind::all:
      break;
  }
  return purge_everything(said);
}

bool PurgeTable::apply_pattern(const std::string& value, const Said& said) {
  const auto known = patterns_.by_name.find(value);
  if (known != patterns_.by_name.end()) return remember(patterns_, value, said);
  const std::size_t slash = std::min(value.find('/'), value.size());
  Result<policy::PathPattern> pattern = policy::PathPattern::parse(std::string_view(value).substr(slash));
  if (!pattern) return purge_everything(said);  // unreadable: rather too much than too little
  remember(patterns_, value, said);
  patterns_.by_age.back().pattern = std::move(*pattern);
  patterns_.by_age.back().site_size = slash;
  return true;
}

bool PurgeTable::purge_everything(const Said& said) {
  if (said.position && everything_.position >= *said.position) return false;
  everything_.sequence = said.sequence;
  if (said.position) everything_.position = *said.position;
  return true;
}

bool PurgeTable::remember(Names& names, const std::string& name, const Said& said) {
  const auto known = names.by_name.find(name);
  if (known == names.by_name.end()) {
    names.by_age.push_back({name, {said.position.value_or(Position{}), said.sequence}, said.at, {}, 0});
    const auto place = std::prev(names.by_age.end());
    names.by_name.emplace(place->name, place);
    return true;
  }
  Purged& purged = *known->second;
  if (said.position && purged.last.position >= *said.position) return false;
  purged.last.sequence = said.sequence;
  purged.last.position = said.position.value_or(purged.last.position);
  purged.at = said.at;
  names.by_age.splice(names.by_age.end(), names.by_age, known->second);
  return true;
}

void PurgeTable::forget_before(Names& names, Time oldest) {
  while (!names.by_age.empty() && names.by_age.front().at < oldest) {
    const Purged& purged = names.by_age.front();
    everything_.position = std::max(everything_.position, purged.last.position);
    everything_.sequence = std::max(everything_.sequence, purged.last.sequence);
    names.by_name.erase(purged.name);
    names.by_age.pop_front();
  }
}

void PurgeTable::collapse(const Said& said) {
  for (Names* names : {&resources_, &below_, &tags_, &patterns_}) {
    names->by_name.clear();
    names->by_age.clear();
  }
  everything_ = {std::max(everything_.position, latest_), said.sequence};
  ++collapses_;
}

void PurgeTable::advance(Position position) {
  const std::unique_lock lock(mutex_);
  position_ = std::max(position_, position);
}

PurgeLog::Mark PurgeTable::mark() const {
  const std::shared_lock lock(mutex_);
  return {position_, sequence_.load(std::memory_order_relaxed)};
}

bool PurgeTable::is_valid(const StoredResponse& response) const {
  const std::uint64_t checked = response.checked.load(std::memory_order_relaxed);
  const std::uint64_t sequence = sequence_.load(std::memory_order_acquire);
  if (checked >= sequence) return true;
  const std::shared_lock lock(mutex_);
  if (is_named(response.tags, Since{std::nullopt, checked})) return false;
  move_on(response, sequence);
  return true;
}

bool PurgeTable::admit(StoredResponse& response) const {
  const std::uint64_t sequence = sequence_.load(std::memory_order_acquire);
  const std::shared_lock lock(mutex_);
  if (is_named(response.tags, Since{response.born, 0})) return false;
  move_on(response, sequence);
  return true;
}

void PurgeTable::move_on(const StoredResponse& response, std::uint64_t sequence) {
  std::uint64_t checked = response.checked.load(std::memory_order_relaxed);
  while (checked < sequence &&
         !response.checked.compare_exchange_weak(checked, sequence, std::memory_order_relaxed)) {
  }
}

bool PurgeTable::is_named(const policy::Tags& tags, const Since& since) const {
  if (since.is_before(everything_)) return true;
  if (is_path_named(tags, since)) return true;
  return std::any_of(tags.names.begin(), tags.names.end(),
                     [&](const std::string& name) { return is_known(tags_, name, since); });
}

bool PurgeTable::is_known(const Names& names, std::string_view name, const Since& since) {
  const auto found = names.by_name.find(name);
  return found != names.by_name.end() && since.is_before(found->second->last);
}

/// `place` is `site/path`.
bool PurgeTable::is_place_named(std::string_view place, const Since& since) const {
  if (is_known(resources_, place, since)) return true;
  if (below_.by_age.empty()) return false;
  for (std::size_t i = place.find('/'); i != std::string_view::npos; i = place.find('/', i + 1)) {
    if (is_known(below_, place.substr(0, i + 1), since)) return true;
  }
  return false;
}

bool PurgeTable::is_path_named(const policy::Tags& tags, const Since& since) const {
  std::string place = tags.site + tags.path;
  if (is_place_named(place, since)) return true;
  place.replace(0, tags.site.size(), every_site);
  if (is_place_named(place, since)) return true;
  for (auto purged = patterns_.by_age.rbegin(); purged != patterns_.by_age.rend(); ++purged) {
    // The latest come first, by sequence.
    if (!since.born && !since.is_before(purged->last)) break;
    if (!since.is_before(purged->last)) continue;
    const std::string_view site = std::string_view(purged->name).substr(0, purged->site_size);
    const bool is_site = site == tags.site || site == every_site;
    if (is_site && purged->pattern->matches(tags.path)) return true;
  }
  return false;
}

PurgeTable::Counts PurgeTable::counts() const {
  const std::shared_lock lock(mutex_);
  return {sequence_.load(std::memory_order_relaxed),
          resources_.by_age.size() + below_.by_age.size() + tags_.by_age.size(), patterns_.by_age.size(),
          collapses_};
}

}  // namespace larder::store
