#pragma once

#include "keep_alive.hpp"

#include <larder/base/bytes.hpp>
#include <larder/base/clock.hpp>
#include <larder/http1/body_decoder.hpp>
#include <larder/http1/head_parser.hpp>
#include <larder/net/stream.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace larder::origin {

/// Of a response. config/README.md names them.
inline constexpr http1::HeadLimits response_limits{.head = 64 * 1024, .target = 0, .fields = 256};

/// One connection to an upstream server: the stream and the bytes read from it ahead of their use.
class Connection {
 public:
  Connection(std::unique_ptr<net::Stream> stream, std::size_t server)
      : stream_(std::move(stream)), server_(server) {}

  std::size_t position = 0;  ///< for its server: among those in use
  SteadyTime kept_at{};      ///< for its server: when it was used last
  KeptFor kept_for{};        ///< from then on

  /// What its server said last of how long it keeps it unused.
  std::optional<Seconds> stated_keep_alive{};

  net::Stream& stream() { return *stream_; }
  std::size_t server() const { return server_; }

  /// For the head of a request, whose memory is reused.
  std::string& out() { return out_; }

  /// Whether any byte of a response came since the last begin_exchange().
  bool has_received() const { return received_; }
  void begin_exchange() { received_ = false; }

  /// The next head, of an interim response or of the final one.
  Task<Result<http1::ParsedResponse>> read_head(std::string_view request_method);

  /// The next piece of content, empty at its end; valid until the next call. `idle_timeout`: for each wait.
  Task<Result<std::string_view>> read_content(http1::BodyDecoder& decoder, Milliseconds idle_timeout);

  /// The content, if all of it came with the head and it is small; nothing is taken if not.
  std::optional<Bytes> take_content(const http1::Framing& framing);

  /// Whether content is there already at its beginning: of chunks, a whole first line and more.
  bool has_content(bool is_chunked) const;

  /// Takes what was read after a head; valid until the next read.
  std::string_view take_buffered() {
    const std::string_view taken = buffered();
    begin_ = end_;
    return taken;
  }

  /// Whether bytes were read that have not been taken.
  bool has_buffered() const { return begin_ != end_; }

 private:
  std::span<char> room();
  void note_received(std::size_t count) {
    end_ += count;
    received_ = true;
  }
  std::string_view buffered() const { return {buffer_.data() + begin_, end_ - begin_}; }
  Task<Result<>> fill();

  std::unique_ptr<net::Stream> stream_;
  std::size_t server_;
  std::string out_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool received_ = false;
};

}  // namespace larder::origin
