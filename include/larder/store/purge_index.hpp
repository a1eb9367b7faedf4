#pragma once

#include <larder/base/clock.hpp>
#include <larder/base/hash.hpp>
#include <larder/policy/path_pattern.hpp>
#include <larder/policy/purge.hpp>
#include <larder/store/position.hpp>

#include <boost/unordered/unordered_flat_map.hpp>

#include <array>
#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace larder::store {

using policy::every_site;

/// Things purged, and when each was last: one half of a purge table, for the purges that make invalid or for
/// those that make stale. Of a name it keeps a hash of 64 bits, with a seed of each process: about 100 bytes
/// a name with what the tables cost, and if two names meet in one hash, the purge of one is a miss of the
/// other. What is forgotten (too old, or too much) turns into a purge of everything up to it. Not for several
/// threads.
class PurgeIndex final {
 public:
  struct Limits {
    Milliseconds max_lifetime{24 * 3'600'000};  ///< how long a purge is remembered
    std::size_t max_names = 1'000'000;          ///< past it the oldest is forgotten
    std::size_t max_patterns = 10'000;          ///< as above
  };
  explicit PurgeIndex(Limits limits) : limits_(limits) {}

  /// One record as it is applied: a moment in both countings, and by the clock.
  struct Said {
    std::optional<Position> position;  ///< nothing: it is not in the shared log (yet)
    std::uint64_t sequence = 0;        ///< later than those before
    Time at{};
  };

  /// Applies one purge of a record; whether that changed anything, for what was applied with this or a later
  /// position before is left alone.
  bool apply(const policy::Purge& purge, const Said& said);

  /// Keeps to the limits, some steps at a time; once a record is applied as a whole.
  void prune(const Said& said);

  /// When something was purged that these tags name, since then: of several, the earliest that is still
  /// known.
  std::optional<Time> find(const policy::TagsView& tags, const Since& since) const;

  bool is_empty() const { return is_empty_; }
  std::size_t names() const;
  std::size_t patterns() const { return patterns_.by_age.size(); }
  std::uint64_t forgotten_early() const { return forgotten_early_; }

 private:
  struct Moment {
    Position position;
    std::uint64_t sequence = 0;
    Time at{};
  };
  struct Hash {
    using is_avalanching = void;
    std::size_t operator()(std::uint64_t hash) const { return hash; }
  };
  /// Moments by hash, in parts that grow one by one: a table of a million that grows at once keeps all
  /// requests waiting for tens of milliseconds.
  class Moments {
   public:
    using Part = boost::unordered_flat_map<std::uint64_t, Moment, Hash>;

    const Moment* find(std::uint64_t hash) const {
      const Part& part = parts_[place_of(hash)];
      const auto found = part.find(hash);
      return found == part.end() ? nullptr : &found->second;
    }
    bool empty() const { return size() == 0; }
    std::size_t size() const { return size_; }

    /// What is known, or a new one; and whether it is new.
    std::pair<Moment*, bool> try_emplace(std::uint64_t hash) {
      const auto [place, is_new] = part_of(hash).try_emplace(hash);
      if (is_new) ++size_;
      return {&place->second, is_new};
    }
    void erase(std::uint64_t hash) { size_ -= part_of(hash).erase(hash); }

   private:
    /// A part's own table uses the highest and lowest bits.
    static std::size_t place_of(std::uint64_t hash) { return (hash >> 16) % parts; }
    Part& part_of(std::uint64_t hash) { return parts_[place_of(hash)]; }

    static constexpr std::size_t parts = 64;
    std::array<Part, parts> parts_;
    std::size_t size_ = 0;
  };
  /// Purged things of one kind.
  struct Names {
    struct Queued {
      std::uint64_t hash;
      Time at;
    };
    Moments by_hash;
    std::deque<Queued> by_age;  ///< each once; its time may be of an earlier purge than the last
    std::size_t longest = 0;    ///< name so far, in bytes
  };
  struct Pattern {
    std::string value;
    policy::PathPattern pattern;
    std::optional<policy::PathPattern> folded;  ///< for paths as they are folded, if that is another one
    std::size_t site_size = 0;                  ///< how much of `value` is the site
    Moment last;
  };
  struct Patterns {
    std::list<Pattern> by_age;  ///< the longest ago first
    std::unordered_map<std::string_view, std::list<Pattern>::iterator, TextHash, std::equal_to<>> by_value;
  };
  class Search;

  void look_for_path(Search& search, const policy::TagsView& tags, std::string_view form) const;
  static Moment first_moment(const Said& said);
  static bool move_on(Moment& moment, const Said& said);
  static bool remember(Names& names, std::string_view name, const Said& said);
  bool apply_pattern(const std::string& value, const Said& said);
  bool purge_everything(const Said& said);
  void forget(const Moment& moment);
  void forget_names(Names& names, Time oldest);
  void forget_oldest_name();
  void forget_oldest_pattern();

  Limits limits_;
  bool is_empty_ = true;  ///< nothing was ever applied
  Moment everything_;     ///< the last purge of everything, or what was forgotten
  Names resources_;
  Names below_;
  Names tags_;
  Patterns patterns_;
  std::uint64_t forgotten_early_ = 0;  ///< since there were too many
};

}  // namespace larder::store
