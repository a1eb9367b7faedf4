#pragma once

#include "purge_record.hpp"

#include <larder/base/task.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

namespace larder::store {

/// Group commit: purges that come within one interval are written as one record, without repeats, so that a
/// storm of writes costs Redis few commands and little memory. One that comes alone is written at once.
/// On the log's loop.
class PurgeGroups {
 public:
  using Write = std::function<Task<std::optional<Position>>(PurgeRecord)>;

  static constexpr Milliseconds interval{2};                ///< at least, from one record to the next
  static constexpr std::size_t largest_record = 16 * 1024;  ///< bytes of names; past it another record begins

  PurgeGroups(boost::asio::io_context& loop, Write write) : loop_(loop), write_(std::move(write)) {}

  /// Where the last of its purges stands once all are written; see PurgeLog::append(). `owner` keeps this
  /// object alive until then.
  Task<std::optional<Position>> append(std::shared_ptr<void> owner, PurgeRecord record);

 private:
  /// What becomes one record, and what waits for it.
  struct Group {
    Group(boost::asio::io_context& loop, Time at, Strength strength, bool stands_alone);

    bool takes(const PurgeRecord& record, const policy::Purge& purge) const;
    bool has_room_for(const policy::Purge& purge) const;
    void add(const policy::Purge& purge);

    PurgeRecord record;
    std::unordered_set<std::string> names;
    std::size_t bytes = 0;
    std::size_t merged = 0;  ///< appends that it holds beside the first
    bool stands_alone;
    bool is_written = false;
    std::optional<Position> position;
    boost::asio::steady_timer written;
  };
  using GroupPtr = std::shared_ptr<Group>;

  GroupPtr group_for(const std::shared_ptr<void>& owner, const PurgeRecord& record,
                     const policy::Purge& purge);
  static Task<> run(std::shared_ptr<void> owner, PurgeGroups* self, GroupPtr group);

  boost::asio::io_context& loop_;
  Write write_;
  GroupPtr open_;         // takes more; nullptr: none does
  SteadyTime next_slot_;  // no record is written before
};

}  // namespace larder::store
