#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace larder::policy {

/// Names and globs of names that requests are compared with: two bytes of a name tell which few of them come
/// into question. Immutable.
class NamePatterns {
 public:
  /// `exact`: byte for byte. `field`: case does not count, and `_` is `-`.
  enum class Spelling : std::uint8_t { exact, field };

  NamePatterns(Spelling spelling, const std::vector<std::string>& patterns);

  bool contains(std::string_view name) const;

 private:
  static constexpr std::size_t groups = 64;

  std::string spelled(std::string_view text) const;
  std::size_t group_of(std::string_view name) const;
  bool is_among(std::size_t group, std::string_view name) const;

  Spelling spelling_;
  std::vector<std::string> patterns_;               ///< by group; the last one's are asked about every name
  std::array<std::uint16_t, groups + 2> begins_{};  ///< of the groups in `patterns_`, and their end
};

}  // namespace larder::policy
