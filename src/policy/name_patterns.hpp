#pragma once

#include <larder/base/text.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace larder::policy {

/// Whether a glob matches the name of a field as Spelling::field has both.
bool glob_matches_field(std::string_view glob, std::string_view name);

/// Names and globs of names that requests are compared with: some bytes of a name tell which few of them can
/// match, for most names none. Immutable.
class NamePatterns {
 public:
  /// `exact`: byte for byte. `field`: case does not count; `_` (CGI) and `.` (PHP) are `-`.
  enum class Spelling : std::uint8_t { exact, field };

  NamePatterns(Spelling spelling, const std::vector<std::string>& patterns);

  bool contains(std::string_view name) const {
    if ((name.size() < 2 || (beginnings_ & beginning_of(name)) != 0) && is_among(groups, name)) return true;
    if (name.size() < telling_size()) return false;
    const std::size_t group = group_of(name);
    return begins_[group] != begins_[group + 1] && is_among(group, name);
  }

 private:
  static constexpr std::size_t groups = 256;

  using Alphabet = std::array<unsigned char, 256>;
  static constexpr Alphabet alphabet_of(Spelling spelling) {
    Alphabet alphabet{};
    for (unsigned i = 0; i < alphabet.size(); ++i) {
      const char c = static_cast<char>(i);
      alphabet[i] = static_cast<unsigned char>(spelling == Spelling::exact ? c
                                               : c == '_' || c == '.'      ? '-'
                                                                           : to_lower(c));
    }
    return alphabet;
  }

  unsigned char spelled(char c) const { return alphabet_[static_cast<unsigned char>(c)]; }

  /// Patterns that say less of how a name begins are in the last group. Fields begin with `X-` by the dozen,
  /// cookies of scripts are short.
  std::size_t telling_size() const { return spelling_ == Spelling::field ? 5 : 3; }

  /// A bit for the first two bytes.
  std::uint64_t beginning_of(std::string_view name) const {
    return std::uint64_t{1} << ((spelled(name[0]) * 5u + spelled(name[1])) % 64);
  }

  /// The second byte of a field is a dash as often as not.
  std::size_t group_of(std::string_view name) const {
    const unsigned some = spelled(name[0]) * 7u + spelled(name[2]) * 31u;
    if (spelling_ == Spelling::exact) return some % groups;
    return (some + spelled(name[3]) * 5u + spelled(name[4])) % groups;
  }

  bool is_among(std::size_t group, std::string_view name) const;
  bool matches(std::string_view pattern, std::string_view name) const;

  Spelling spelling_;
  Alphabet alphabet_;
  std::vector<std::string> patterns_;               ///< by group
  std::array<std::uint16_t, groups + 2> begins_{};  ///< of the groups in `patterns_`, and their end
  std::uint64_t beginnings_ = 0;                    ///< of the last group's
};

}  // namespace larder::policy
