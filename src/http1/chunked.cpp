#include "chunked.hpp"

#include <larder/base/text.hpp>
#include <larder/base/token.hpp>
#include <larder/http/fault.hpp>
#include <larder/http/field_list.hpp>

#include <algorithm>
#include <limits>

namespace larder::http1 {
namespace {

constexpr std::size_t max_chunk_line = 4 * 1024;
constexpr std::size_t max_trailers = 16 * 1024;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

bool is_text(char c) {
  return http::is_field_value(std::string_view(&c, 1));
}

bool is_name(char c) {
  return is_token(std::string_view(&c, 1));
}

}  // namespace

Result<BodyDecoder::Step> BodyDecoder::Chunked::decode(std::string_view bytes) {
  std::size_t i = 0;
  while (i < bytes.size() && state_ != State::data && state_ != State::done && state_ != State::failed) {
    state_ = after(bytes[i++]);
  }
  if (state_ == State::failed) return http::Fault::chunk;
  if (state_ != State::data) return Step{i, {}};
  const std::string_view content =
      bytes.substr(i, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - i)));
  left_ -= content.size();
  if (left_ == 0) state_ = State::data_cr;
  return Step{i + content.size(), content};
}

// The state that a byte of framing leads to.
BodyDecoder::Chunked::State BodyDecoder::Chunked::after(char c) {
  switch (state_) {
    case State::size_first:
      overhead_ = 0;
      left_ = 0;
      return after_size_digit(c);
    case State::size:
      return bounded(hex_value(c) >= 0 ? after_size_digit(c) : after_size(c));
    case State::blank:
      // RFC 9112, section 7.1.1: blanks before the ";" of an extension and nowhere else.
      return bounded(is_blank(c) ? State::blank : c == ';' ? State::extension : State::failed);
    case State::extension:
      return bounded(c == '\r' ? State::size_end : is_text(c) ? State::extension : State::failed);
    case State::size_end:
      overhead_ = 0;
      if (c != '\n') return State::failed;
      return left_ == 0 ? State::line_first : State::data;
    case State::data_cr:
      return c == '\r' ? State::data_lf : State::failed;
    case State::data_lf:
      return c == '\n' ? State::size_first : State::failed;
    case State::line_first:
      return bounded(after_line_start(c));
    case State::name:
      return bounded(c == ':' ? State::value : is_name(c) ? State::name : State::failed);
    case State::value:
      return bounded(c == '\r' ? State::value_lf : is_text(c) ? State::value : State::failed);
    case State::value_lf:
      return bounded(c == '\n' ? State::line_first : State::failed);
    case State::last_lf:
      return c == '\n' ? State::done : State::failed;
    case State::data:
    case State::done:
    case State::failed:
      break;
  }
  return State::failed;
}

BodyDecoder::Chunked::State BodyDecoder::Chunked::after_size_digit(char c) {
  const int digit = hex_value(c);
  if (digit < 0 || left_ > (std::numeric_limits<std::uint64_t>::max() >> 4)) return State::failed;
  left_ = left_ << 4 | static_cast<std::uint64_t>(digit);
  return State::size;
}

BodyDecoder::Chunked::State BodyDecoder::Chunked::after_size(char c) {
  if (c == '\r') return State::size_end;
  if (c == ';') return State::extension;
  return is_blank(c) ? State::blank : State::failed;
}

BodyDecoder::Chunked::State BodyDecoder::Chunked::after_line_start(char c) {
  if (c == '\r') return State::last_lf;
  return is_name(c) ? State::name : State::failed;
}

// Counts a byte of a chunk's line or of the trailer section against its bound.
BodyDecoder::Chunked::State BodyDecoder::Chunked::bounded(State next) {
  const bool trailer = state_ >= State::line_first;
  return ++overhead_ > (trailer ? max_trailers : max_chunk_line) ? State::failed : next;
}

}  // namespace larder::http1
