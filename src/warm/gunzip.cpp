#include "gunzip.hpp"

#include <array>
#include <memory>
#include <vector>
#include <zlib.h>

namespace larder::warm {
namespace {

/// zlib's own number for "gzip, with the largest window".
constexpr int gzip_window = 16 + 15;

struct Ended {
  void operator()(z_stream* stream) const {
    ::inflateEnd(stream);
    delete stream;
  }
};
using Stream = std::unique_ptr<z_stream, Ended>;

Stream begin_stream(std::string_view compressed) {
  auto* const stream = new z_stream{};
  // zlib's interface is not const.
  stream->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream->avail_in = static_cast<uInt>(compressed.size());
  if (::inflateInit2(stream, gzip_window) == Z_OK) return Stream(stream);
  delete stream;
  return nullptr;
}

std::string_view rest_of(const z_stream& stream) {
  return {reinterpret_cast<const char*>(stream.next_in), stream.avail_in};
}

}  // namespace

bool is_gzip(std::string_view content) {
  return content.starts_with("\x1f\x8b");
}

Result<std::string> gunzip(std::string_view compressed, std::size_t most) {
  const Stream stream = begin_stream(compressed);
  if (stream == nullptr) return Error::malformed;
  std::string content;
  std::vector<char> piece(64 * 1024);
  while (true) {
    stream->next_out = reinterpret_cast<Bytef*>(piece.data());
    stream->avail_out = static_cast<uInt>(piece.size());
    const int status = ::inflate(stream.get(), Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END) return Error::malformed;
    const std::size_t size = piece.size() - stream->avail_out;
    if (content.size() + size > most) return Error::too_large;
    content.append(piece.data(), size);
    if (status == Z_OK) continue;
    // What follows the last member is padding.
    if (!is_gzip(rest_of(*stream))) return content;
    if (::inflateReset(stream.get()) != Z_OK) return Error::malformed;
  }
}

}  // namespace larder::warm
