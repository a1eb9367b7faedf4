#include "purge_record.hpp"

#include <array>
#include <cstdio>
#include <ctime>
#include <optional>
#include <utility>

namespace larder::store {
namespace {

using Kind = policy::Purge::Kind;

constexpr std::array<std::pair<Kind, std::string_view>, 5> kind_names{{
    {Kind::resource, "resource"},
    {Kind::below, "below"},
    {Kind::pattern, "pattern"},
    {Kind::tag, "tag"},
    {Kind::all, "all"},
}};

std::string_view name_of(Kind kind) {
  for (const auto& [known, name] : kind_names) {
    if (known == kind) return name;
  }
  return "all";
}

std::optional<Kind> kind_of(std::string_view name) {
  for (const auto& [kind, known] : kind_names) {
    if (known == name) return kind;
  }
  return std::nullopt;
}

std::vector<policy::Purge> read_purges(const redis::Value& fields) {
  std::vector<policy::Purge> purges;
  for (std::size_t i = 0; i + 1 < fields.items.size(); i += 2) {
    const std::optional<Kind> kind = kind_of(fields.items[i].text.view());
    if (kind) purges.push_back({*kind, std::string(fields.items[i + 1].text.view())});
  }
  if (purges.empty() || fields.items.size() % 2 != 0) purges.push_back({Kind::all, "*"});
  return purges;
}

}  // namespace

std::string format_time(Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const std::time_t count = std::chrono::system_clock::to_time_t(seconds);
  std::tm parts{};
  gmtime_r(&count, &parts);
  std::array<char, 32> date{};
  std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::array<char, 8> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>((time - seconds).count()));
  return std::string(date.data()) + fraction.data();
}

void add_fields(redis::Command& command, const PurgeRecord& record, std::string_view by) {
  for (const policy::Purge& purge : record.purges) {
    command.arg(name_of(purge.kind));
    command.arg(purge.kind == Kind::all ? std::string_view("*") : std::string_view(purge.value));
  }
  command.arg("at").arg(format_time(record.at)).arg("by").arg(by);
}

void add_marker_fields(redis::Command& command, std::string_view log, Time at, std::string_view by) {
  command.arg("kind").arg("marker").arg("log").arg(log);
  command.arg("at").arg(format_time(at)).arg("by").arg(by);
}

Result<ReadRecord> read_record(const redis::Value& entry) {
  if (entry.items.size() != 2) return Error::malformed;
  const Result<Position> position = parse_position(entry.items[0].text.view());
  if (!position) return position.error();
  return ReadRecord{*position, read_purges(entry.items[1])};
}

}  // namespace larder::store
