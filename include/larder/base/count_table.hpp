#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace larder {

enum class CountKind {
  counter,  ///< since the program began; only grows
  gauge,    ///< now
};

/// One member of a struct of counts, for code that sums or prints them. Such a struct has a row for each in
/// its `table`, in the order in which they are printed.
template <class Counts>
struct CountRow {
  std::string_view name;  ///< in what GET /stats answers
  std::uint64_t Counts::*member;
  std::string_view help;  ///< a sentence
  CountKind kind = CountKind::counter;
};

/// Adds the counts of one of several to their sum.
template <class Counts>
void add_counts(Counts& sum, const Counts& one) {
  for (const CountRow<Counts>& row : Counts::table) sum.*row.member += one.*row.member;
}

}  // namespace larder
