#include <larder/policy/folded_routes.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace larder::policy {
namespace {

// The segments before the first that holds a wildcard, as they begin a path.
std::string_view literal_prefix(std::string_view pattern) {
  const std::size_t wildcard = pattern.find_first_of("*{");
  return wildcard == pattern.npos ? pattern : pattern.substr(0, pattern.rfind('/', wildcard));
}

// The segments of a path or a pattern, one after the other.
class SegmentReader {
 public:
  explicit SegmentReader(std::string_view text) : text_(text) {}

  std::optional<std::string_view> next() {
    if (end_ == text_.size()) return std::nullopt;
    const std::size_t begin = end_ + 1;
    end_ = std::min(text_.find('/', begin), text_.size());
    return text_.substr(begin, end_ - begin);
  }

  // What they were read from, so far.
  std::string_view read() const { return text_.substr(0, end_); }

 private:
  std::string_view text_;
  std::size_t end_ = 0;
};

}  // namespace

bool is_protected(const Route& route) {
  return !route.cache;
}

void PatternIndex::add(std::size_t number, PathPattern pattern, std::vector<std::string> methods) {
  Entries& entries = place_of(pattern);
  entries.push_back({number, std::move(pattern), std::move(methods)});
}

PatternIndex::Entries& PatternIndex::place_of(const PathPattern& pattern) {
  const std::string_view prefix = literal_prefix(pattern.text());
  if (!prefix.empty()) {
    deepest_ = std::max(deepest_, static_cast<std::size_t>(std::count(prefix.begin(), prefix.end(), '/')));
    return by_prefix_[std::string(prefix)];
  }
  SegmentReader segments(pattern.text());
  for (std::size_t place = 0; const auto segment = segments.next(); ++place) {
    if (segment->find_first_of("*{") != segment->npos) continue;
    by_segment_.resize(std::max(by_segment_.size(), place + 1));
    return by_segment_[place][std::string(*segment)];
  }
  return others_;
}

std::optional<std::size_t> PatternIndex::first_of(std::string_view method, std::string_view path,
                                                  std::size_t before) const {
  std::size_t first = before;
  const auto look_through = [&](const Entries& entries) {
    for (const Entry& entry : entries) {
      if (entry.number >= first) break;
      if (takes_method(entry.methods, method) && entry.pattern.matches(path)) first = entry.number;
    }
  };
  const auto look_up = [&](const Table& table, std::string_view key) {
    const auto found = table.find(key);
    if (found != table.end()) look_through(found->second);
  };
  SegmentReader segments(path);
  for (std::size_t place = 0; place < std::max(deepest_, by_segment_.size()); ++place) {
    const auto segment = segments.next();
    if (!segment) break;
    if (place < deepest_) look_up(by_prefix_, segments.read());
    if (place < by_segment_.size()) look_up(by_segment_[place], *segment);
  }
  look_through(others_);
  return first == before ? std::nullopt : std::optional(first);
}

FoldedRoutes::FoldedRoutes(const std::vector<Route>& routes) {
  const auto last = std::find_if(routes.rbegin(), routes.rend(), is_protected).base();
  if (last == routes.begin()) return;
  plain_too_ = std::any_of(routes.begin(), last, [](const Route& route) {
    return is_protected(route) && is_oddly_written(route.pattern);
  });
  protected_.resize(plain_too_ ? foldings.size() : 1);
  for (auto route = routes.begin(); route != last; ++route) {
    const auto number = static_cast<std::size_t>(route - routes.begin());
    if (!is_protected(*route)) {
      cacheable_.add(number, route->pattern, route->methods);
      continue;
    }
    for (std::size_t i = 0; i < protected_.size(); ++i) {
      protected_[i].add(number, folded_pattern(route->pattern, foldings[i]), route->methods);
    }
  }
}

std::optional<std::size_t> FoldedRoutes::protector_of(std::string_view method, std::string_view path,
                                                      PathSpelling spelling) const {
  if (protected_.empty()) return std::nullopt;
  if (spelling == PathSpelling::plain && !plain_too_) return std::nullopt;
  if (spelling == PathSpelling::odd) return protector_of_odd(method, path);
  return protector_in(protected_.front(), method,
                      path.substr(0, path.size() - (spelling == PathSpelling::slashed)));
}

std::optional<std::size_t> FoldedRoutes::protector_of_odd(std::string_view method,
                                                          std::string_view path) const {
  for (const bool drops_authority : {false, true}) {
    if (drops_authority && !may_have_authority(path)) break;
    for (const bool keeps_dots : {false, true}) {
      if (keeps_dots && !has_dot(path)) break;
      const auto protector = protector_as_seen(method, path, drops_authority, keeps_dots);
      if (protector) return protector;
    }
  }
  return std::nullopt;
}

std::optional<std::size_t> FoldedRoutes::protector_as_seen(std::string_view method, std::string_view path,
                                                           bool drops_authority, bool keeps_dots) const {
  // Most odd paths only have capital letters, which every origin folds alike.
  const bool is_simple = !plain_too_ && path.find('%') == path.npos && path.find(';') == path.npos;
  const std::size_t ways = is_simple ? 1 : foldings.size();
  std::array<std::string, foldings.size()> seen;
  for (std::size_t i = 0; i < ways; ++i) {
    Folding folding = foldings[i];
    folding.drops_authority = drops_authority;
    folding.keeps_dots = keeps_dots;
    seen[i] = folded_path(path, folding);
    const auto end = seen.begin() + static_cast<std::ptrdiff_t>(i);
    if (!plain_too_ && std::find(seen.begin(), end, seen[i]) != end) continue;
    const auto protector = protector_in(protected_[plain_too_ ? i : 0], method, seen[i]);
    if (protector) return protector;
  }
  return std::nullopt;
}

std::optional<std::size_t> FoldedRoutes::protector_in(const PatternIndex& index, std::string_view method,
                                                      std::string_view folded) const {
  constexpr std::size_t all = std::numeric_limits<std::size_t>::max();
  const auto shield = cacheable_.first_of(method, folded, all);
  return index.first_of(method, folded, shield.value_or(all));
}

}  // namespace larder::policy
