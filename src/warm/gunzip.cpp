#include "gunzip.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <zlib.h>

namespace larder::warm {
namespace {

/// zlib's own number for "gzip, with the largest window".
constexpr int gzip_window = 16 + 15;

constexpr std::string_view magic = "\x1f\x8b";
constexpr std::size_t piece_size = 64 * 1024;

}  // namespace

struct Gunzip::Inflation {
  Inflation() {
    if (::inflateInit2(&stream, gzip_window) != Z_OK) throw std::bad_alloc();
  }
  ~Inflation() { ::inflateEnd(&stream); }
  Inflation(const Inflation&) = delete;
  Inflation& operator=(const Inflation&) = delete;

  z_stream stream{};
  std::array<char, piece_size> piece{};
};

Gunzip::Gunzip() = default;
Gunzip::~Gunzip() = default;

void Gunzip::give(std::string_view piece) {
  rest_ = piece;
  if (state_ != State::beginning) return;
  first_ += piece;
  rest_ = {};
  if (first_.size() >= magic.size()) begin();
}

void Gunzip::begin() {
  rest_ = first_;
  state_ = rest_.starts_with(magic) ? State::inside : State::plain;
  if (state_ == State::inside) inflation_ = std::make_unique<Inflation>();
}

Result<std::string_view> Gunzip::next() {
  if (state_ == State::plain) return take_plain();
  while (!rest_.empty()) {
    // What follows the last member is padding.
    if (state_ == State::between) {
      state_ = rest_.front() == magic.front() ? State::inside : State::padding;
      if (state_ == State::inside && ::inflateReset(&inflation_->stream) != Z_OK) return Error::malformed;
    }
    if (state_ != State::inside) {
      rest_ = {};
      break;
    }
    const Result<std::string_view> piece = inflate();
    if (!piece || !piece->empty()) return piece;
  }
  return std::string_view();
}

std::string_view Gunzip::take_plain() {
  const std::string_view piece = rest_.substr(0, piece_size);
  rest_.remove_prefix(piece.size());
  return piece;
}

Result<std::string_view> Gunzip::inflate() {
  z_stream& stream = inflation_->stream;
  std::array<char, piece_size>& piece = inflation_->piece;
  const std::size_t given = std::min(rest_.size(), piece_size);
  // zlib's interface is not const.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(rest_.data()));
  stream.avail_in = static_cast<uInt>(given);
  stream.next_out = reinterpret_cast<Bytef*>(piece.data());
  stream.avail_out = static_cast<uInt>(piece.size());
  const int status = ::inflate(&stream, Z_NO_FLUSH);
  if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) return Error::malformed;
  rest_.remove_prefix(given - stream.avail_in);
  if (status == Z_STREAM_END) state_ = State::between;
  const std::size_t size = piece.size() - stream.avail_out;
  return std::string_view(piece.data(), size);
}

}  // namespace larder::warm
