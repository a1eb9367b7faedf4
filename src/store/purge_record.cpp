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

/// What a record says; the position is not its business.
ReadRecord read_fields(const redis::Value& fields) {
  ReadRecord record;
  for (std::size_t i = 0; i + 1 < fields.items.size(); i += 2) {
    const std::string_view name = fields.items[i].text.view();
    const std::string_view value = fields.items[i + 1].text.view();
    const std::optional<Kind> kind = kind_of(name);
    if (kind) record.purges.push_back({*kind, std::string(value)});
    if (name == "soft" && value == "1") record.strength = Strength::soft;
  }
  if (record.purges.empty() || fields.items.size() % 2 != 0) {
    record.purges.push_back({Kind::all, "*"});
    record.strength = Strength::hard;
  }
  return record;
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
  for (const policy::Purge& purge : record.purging.purges) {
    command.arg(name_of(purge.kind));
    command.arg(purge.kind == Kind::all ? std::string_view("*") : std::string_view(purge.value));
  }
  if (record.purging.strength == Strength::soft) command.arg("soft").arg("1");
  command.arg("at").arg(format_time(record.at)).arg("by").arg(by);
  const std::string_view why = record.purging.why;
  if (!why.empty()) command.arg("why").arg(why.substr(0, Purging::max_why));
}

void add_marker_fields(redis::Command& command, std::string_view log, Time at, std::string_view by) {
  command.arg("kind").arg("marker").arg("log").arg(log);
  command.arg("at").arg(format_time(at)).arg("by").arg(by);
}

Result<ReadRecord> read_record(const redis::Value& entry) {
  if (entry.items.size() != 2) return Error::malformed;
  const Result<Position> position = parse_position(entry.items[0].text.view());
  if (!position) return position.error();
  ReadRecord record = read_fields(entry.items[1]);
  record.position = *position;
  return record;
}

}  // namespace larder::store
