#pragma once

#include <larder/base/result.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace larder::warm {

/// Content that may be compressed by gzip (RFC 1952), as its first bytes say, decompressed piece by piece:
/// its members one after the other, without the padding behind them.
class Gunzip {
 public:
  Gunzip();
  ~Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  /// What comes next. It is not copied: it stays until next() has had all of it.
  void give(std::string_view piece);

  /// Some content, 64 KiB at most, which stays until the next call; empty: all that was given is worked off.
  /// Error::malformed for what gzip did not write.
  Result<std::string_view> next();

  /// Whether what was given can be all: no member is cut short.
  bool may_end() const { return state_ != State::inside; }

 private:
  enum class State {
    beginning,  ///< fewer than two bytes have come
    plain,
    inside,   ///< a member
    between,  ///< behind one
    padding,
  };
  struct Inflation;

  void begin();
  std::string_view take_plain();
  Result<std::string_view> inflate();

  State state_ = State::beginning;
  std::string first_;
  std::string_view rest_;
  std::unique_ptr<Inflation> inflation_;
};

}  // namespace larder::warm
