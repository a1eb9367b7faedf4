#pragma once

#include <larder/base/bytes.hpp>
#include <larder/base/result.hpp>
#include <larder/base/task.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace larder::pipeline {

/// Content that arrives bit by bit. Owned by its reader; destroying it early abandons the rest.
class BodyReader {
 public:
  virtual ~BodyReader() = default;

  /// The next piece, valid until the next call; empty at the end. An error means that the content is
  /// incomplete.
  virtual Task<Result<std::string_view>> read() = 0;

  /// Whether read() would answer without waiting for the peer: a head and its first piece then leave in one
  /// write.
  virtual bool is_ready() const { return false; }

  /// The client that it is read for has left: a read() under way ends with an error soon, and so does every
  /// later one. If reading does not wait there is nothing to do.
  virtual void give_up() {}

  /// Past so many bytes it ends with Error::too_large, unless it is bounded more tightly; only before the
  /// first read().
  virtual void limit(std::uint64_t size) { static_cast<void>(size); }

  /// Bytes in memory that are there for its readers alone: stored nowhere, and free once those have gone.
  virtual std::uint64_t held_unstored() const { return 0; }
};

/// The content of a message (RFC 9110, section 6.4): none, all there, or arriving.
class Body {
 public:
  Body() : length_(0) {}
  explicit Body(Bytes bytes) : bytes_(std::move(bytes)), length_(bytes_.size()) {}
  /// `length` is nothing if only the end will tell.
  Body(std::unique_ptr<BodyReader> reader, std::optional<std::uint64_t> length)
      : reader_(std::move(reader)), length_(length) {}

  std::optional<std::uint64_t> length() const { return length_; }
  bool empty() const { return length_ == 0; }
  bool is_streamed() const { return reader_ != nullptr; }

  const Bytes& bytes() const { return bytes_; }  ///< if not streamed
  BodyReader& reader() { return *reader_; }      ///< if streamed
  std::unique_ptr<BodyReader> take_reader() { return std::move(reader_); }

 private:
  Bytes bytes_;
  std::unique_ptr<BodyReader> reader_;
  std::optional<std::uint64_t> length_;
};

}  // namespace larder::pipeline
