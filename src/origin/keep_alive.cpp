#include "keep_alive.hpp"

#include <larder/base/text.hpp>
#include <larder/http/list.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace larder::origin {
namespace {

std::optional<std::string_view> timeout_of(std::string_view member) {
  const std::size_t equals = member.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  if (!equal_ignoring_case(trim(member.substr(0, equals)), "timeout")) return std::nullopt;
  return trim(member.substr(equals + 1));
}

std::optional<Seconds> seconds_of(std::string_view digits) {
  std::uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return Seconds{seconds};
}

}  // namespace

std::optional<Seconds> stated_keep_alive(const http::FieldList& response_fields) {
  if (!response_fields.contains("Keep-Alive")) return std::nullopt;
  std::optional<Seconds> shortest;
  for (const http::Field field : response_fields) {
    if (field.name != "Keep-Alive") continue;
    std::string_view rest = field.value;
    for (auto member = http::next_member(rest); !member.empty(); member = http::next_member(rest)) {
      const std::optional<std::string_view> timeout = timeout_of(member);
      const std::optional<Seconds> seconds = timeout ? seconds_of(*timeout) : std::nullopt;
      if (seconds) shortest = std::min(seconds.value(), shortest.value_or(*seconds));
    }
  }
  return shortest;
}

KeptFor kept_for(Milliseconds ours, std::optional<Seconds> stated) {
  // Its end may already be on its way to us.
  constexpr Milliseconds margin{1'000};
  if (!stated) return {ours, ours};
  const Milliseconds theirs = *stated;
  return {std::min(ours, theirs), std::clamp(theirs - margin, Milliseconds{0}, ours)};
}

}  // namespace larder::origin
