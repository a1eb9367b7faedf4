#pragma once

#include <larder/base/result.hpp>
#include <larder/http1/head_parser.hpp>

#include <cstdint>
#include <memory>
#include <string_view>

namespace larder::http1 {

/// Takes the framing off a message's content, bytes in, pieces out, without copying them. Trailer fields are
/// read and dropped; chunk extensions too, each bounded.
class BodyDecoder {
 public:
  explicit BodyDecoder(const Framing& framing);
  ~BodyDecoder();
  BodyDecoder(BodyDecoder&&) noexcept;
  BodyDecoder& operator=(BodyDecoder&&) noexcept;

  struct Step {
    std::size_t consumed = 0;  ///< bytes of the input that are used up
    std::string_view content;  ///< a part of the input that is content; may be empty before the end
  };

  /// Takes the next step over `bytes`. Call it until it consumes nothing, then with more bytes.
  /// http::Fault::chunk for broken chunks.
  Result<Step> decode(std::string_view bytes);

  /// Whether the content has ended. What follows it belongs to the next message.
  bool done() const;

  /// The peer closed: returns whether that ends the content properly (Kind::until_close), which is then done.
  bool finish_at_close();

 private:
  class Chunked;
  Framing framing_;
  std::uint64_t left_ = 0;
  bool done_ = false;
  std::unique_ptr<Chunked> chunked_;
};

}  // namespace larder::http1
