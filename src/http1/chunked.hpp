#pragma once

#include <larder/base/result.hpp>
#include <larder/http1/body_decoder.hpp>

#include <cstdint>
#include <string_view>

namespace larder::http1 {

/// Takes the chunked coding off (RFC 9112, section 7.1), byte by byte outside the data. Stricter than Beast's
/// parser in its bounds, and unlike it never in need of a whole line or trailer section at once, so that
/// content is passed on as views into what arrived.
///
///     size_first -> size -> [blank -> extension] -> size_end -+-> data -> data_cr -> data_lf -> size_first
///                                                             | size 0
///                                                             +-> line_first -+-> last_lf -> done
///                                                                    ^        +-> name -> value -> value_lf
///                                                                    +-----------------------------------+
class BodyDecoder::Chunked {
 public:
  /// Takes framing off up to the next piece of content, or to the end of `bytes`. http::Fault::chunk once and
  /// forever.
  Result<Step> decode(std::string_view bytes);

  bool done() const { return state_ == State::done; }

 private:
  enum class State {
    size_first,
    size,
    blank,
    extension,
    size_end,
    data,
    data_cr,
    data_lf,
    line_first,
    name,
    value,
    value_lf,
    last_lf,
    done,
    failed,
  };

  State after(char c);
  State after_size_digit(char c);
  State after_size(char c);
  State after_line_start(char c);
  State bounded(State next);

  State state_ = State::size_first;
  std::uint64_t left_ = 0;    // of the chunk
  std::size_t overhead_ = 0;  // bytes of the chunk's line, or of the trailer section
};

}  // namespace larder::http1
