#pragma once

#include <larder/redis/command.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace larder::redis {

/// Commands that leave in one write: small ones side by side in one text, large arguments gathered from where
/// they lie.
class Batch {
 public:
  void append(const Command& command);

  /// What to write, in order; it lives until the batch changes.
  std::vector<std::string_view> parts() const { return Command::parts_of(text_, 0, gathered_); }
  std::size_t size() const { return size_; }  ///< in bytes
  bool empty() const { return size_ == 0; }

  /// Keeps memory for the next commands, as long as it is not much.
  void clear();

 private:
  std::string text_;
  std::vector<Command::Gathered> gathered_;
  std::size_t size_ = 0;
};

}  // namespace larder::redis
