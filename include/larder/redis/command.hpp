#pragma once

#include <larder/base/bytes.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::redis {

/// One command as it goes on the wire (RESP arrays of bulk strings). Small arguments are copied into one
/// text; an argument given as Bytes past a few KiB is gathered from where it lies.
class Command {
 public:
  explicit Command(std::string_view name);
  Command& arg(std::string_view text) &;
  Command& arg(std::int64_t number) &;
  Command& arg(Bytes bytes) &;
  Command& arg(std::string_view head, Bytes tail) &;  ///< one argument: `head` followed by `tail`

  /// The argument that names the command's key: in a cluster it chooses the node.
  Command& key(std::string_view name) &;

  /// For a command without a key: in a cluster it goes to the node that has that name.
  Command& beside(std::string_view name) &;

  /// Its reply may be large: it takes the connection for large values.
  Command& expects_much() &;

  /// Its first word.
  std::string_view name() const;

  /// The slot (slot.hpp) of its key; nothing if it has none.
  std::optional<std::uint16_t> slot() const;

  bool is_expecting_much() const { return expects_much_; }

  /// The parts to write, in order; they live as long as the command.
  std::vector<std::string_view> parts() const;
  std::size_t size() const;

 private:
  friend class Batch;

  struct Gathered {
    std::size_t after;  ///< the part stands after this many bytes of the text
    Bytes bytes;
  };

  static std::vector<std::string_view> parts_of(std::string_view text, std::size_t from,
                                                const std::vector<Gathered>& gathered);
  void begin_argument(std::size_t size);

  std::string text_;       ///< room for the leading "*N\r\n", then every argument so far
  std::size_t start_ = 0;  ///< where in text_ that leading line begins
  std::size_t count_ = 0;
  std::vector<Gathered> gathered_;
  std::size_t key_at_ = 0;  ///< where in text_ the key stands
  std::optional<std::size_t> key_size_;
  std::optional<std::uint16_t> slot_;  ///< given by beside()
  bool expects_much_ = false;
};

}  // namespace larder::redis
