#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <larder/base/bytes.hpp>

namespace larder::redis {

/// One command as it goes on the wire (RESP arrays of bulk strings). Small arguments are copied into one text; an
/// argument given as Bytes past a few KiB is gathered from where it lies.
class Command {
 public:
  explicit Command(std::string_view name);
  Command& arg(std::string_view text) &;
  Command& arg(std::int64_t number) &;
  Command& arg(Bytes bytes) &;

  /// The parts to write, in order; they live as long as the command.
  std::vector<std::string_view> parts() const;
  std::size_t size() const;

 private:
  struct Gathered {
    std::size_t after;  ///< the part stands after this many bytes of text_
    Bytes bytes;
  };
  std::string text_;  ///< every argument so far, without the leading "*N\r\n"
  std::size_t count_ = 0;
  std::vector<Gathered> gathered_;
};

}  // namespace larder::redis
