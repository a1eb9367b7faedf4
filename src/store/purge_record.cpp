#include "purge_record.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <optional>
#include <utility>

namespace larder::store {
namespace {

using Kind = policy::Purge::Kind;

std::string hexadecimal(std::uint64_t number) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(number));
  return text.data();
}

std::optional<std::uint64_t> read_hexadecimal(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

std::optional<Milliseconds> read_lifetime(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool is_number = error == std::errc{} && end == text.data() + text.size();
  // What anybody may write into Redis must not overflow a sum of times.
  constexpr std::int64_t most = 100ll * 366 * 24 * 3'600'000;
  return is_number && count > 0 && count <= most ? std::optional(Milliseconds{count}) : std::nullopt;
}

/// What a record says; the position is not its business.
ReadRecord read_fields(const redis::Value& fields) {
  // A stream keeps its entries in packed lists: a text costs its bytes and two or three more.
  constexpr std::size_t of_entry = 32;
  constexpr std::size_t of_text = 3;
  ReadRecord record;
  record.bytes = of_entry;
  for (const redis::Value& text : fields.items) record.bytes += text.text.view().size() + of_text;
  bool is_witness = false;
  for (std::size_t i = 0; i + 1 < fields.items.size(); i += 2) {
    const std::string_view name = fields.items[i].text.view();
    const std::string_view value = fields.items[i + 1].text.view();
    const std::optional<Kind> kind = policy::purge_kind_of(name);
    if (kind) record.purges.push_back({*kind, std::string(value)});
    if (name == "soft" && value == "1") record.strength = Strength::soft;
    if (name == "kind" && value == "witness") is_witness = true;
    if (name == "node") record.node = read_hexadecimal(value);
    if (name == "max_lifetime") record.max_lifetime = read_lifetime(value);
  }
  const bool says_nothing = record.purges.empty() && !is_witness;
  if (says_nothing || fields.items.size() % 2 != 0) {
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
  for (const policy::Purge& purge : record.batch.purges) {
    command.arg(name_of(purge.kind));
    command.arg(purge.kind == Kind::all ? std::string_view("*") : std::string_view(purge.value));
  }
  if (record.batch.strength == Strength::soft) command.arg("soft").arg("1");
  command.arg("at").arg(format_time(record.at)).arg("by").arg(by);
  const std::string_view why = record.batch.why;
  if (!why.empty()) command.arg("why").arg(why.substr(0, PurgeBatch::max_why));
}

void add_statement(redis::Command& command, Statement statement, std::uint64_t node, Time at,
                   const Author& author) {
  command.arg("kind").arg(statement == Statement::marker ? "marker" : "witness");
  command.arg("node").arg(hexadecimal(node));
  command.arg("max_lifetime").arg(std::int64_t{author.max_lifetime.count()});
  command.arg("at").arg(format_time(at)).arg("by").arg(author.by);
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
