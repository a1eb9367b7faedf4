#pragma once

#include <larder/base/clock.hpp>
#include <larder/base/result.hpp>

#include <bitset>
#include <optional>
#include <string>
#include <string_view>

namespace larder::policy {

/// When something is done repeatedly: cron's five fields, minute, hour, day of the month, month and day
/// of the week, in UTC. Each is `*`, or a list of numbers and ranges (`1-5`), every nth of them with `/n`;
/// months and days of the week may be named by three letters, 7 is Sunday too. If both kinds of day are
/// named, either will do, as cron has it.
class Schedule {
 public:
  /// Error::malformed for anything else, and for a time that never comes (`0 0 30 2 *`).
  static Result<Schedule> parse(std::string_view text);

  /// The first minute after `now` that it names.
  Time next_after(Time now) const;

  const std::string& text() const { return text_; }
  bool operator==(const Schedule& other) const { return text_ == other.text_; }

 private:
  std::optional<Time> find_after(Time now) const;
  bool names_day(std::chrono::sys_days day) const;

  std::string text_;
  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<8> weekdays_;
  bool any_day_ = false;
  bool any_weekday_ = false;
};

}  // namespace larder::policy
