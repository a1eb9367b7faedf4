#include "unserved.hpp"

#include "source.hpp"

#include <algorithm>
#include <array>

namespace larder::config {
namespace {

struct Unserved {
  std::string_view place;
  std::string_view word;
  bool operator==(const Unserved&) const = default;
};

/// What the design promises and a later version brings: removing a row is how a key is turned on.
constexpr auto unserved = std::to_array<Unserved>({
    // Keys.
    {"route", "identity"},
    // Values and forms.
    {"listen", "unix:"},
});

}  // namespace

bool is_unserved(std::string_view place, std::string_view word) {
  return std::ranges::find(unserved, Unserved{place, word}) != unserved.end();
}

std::string unserved_message(std::string_view word) {
  return quoted(word) + " is not served by this version of larder";
}

}  // namespace larder::config
