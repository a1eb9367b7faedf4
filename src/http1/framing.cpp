#include "framing.hpp"

#include <larder/base/text.hpp>
#include <larder/base/token.hpp>
#include <larder/http/fault.hpp>
#include <larder/http/list.hpp>

#include <array>
#include <charconv>
#include <limits>

namespace larder::http1 {

using http::Fault;

namespace {

// The registered transfer codings besides chunked (RFC 9112, section 7).
bool is_other_coding(std::string_view name) {
  static constexpr std::array<std::string_view, 5> names{"gzip", "x-gzip", "deflate", "compress",
                                                         "x-compress"};
  for (const std::string_view known : names) {
    if (equal_ignoring_case(name, known)) return true;
  }
  return false;
}

// RFC 9112, section 6.1. `value` is not "chunked" alone: known codings, with chunked at most at the end, are
// something that we do not support; anything else is an attempt to make two parsers disagree.
boost::system::error_code refusal_of_coding(std::string_view value) {
  bool chunked = false;
  bool other = false;
  for (std::string_view name = http::next_member(value); !name.empty(); name = http::next_member(value)) {
    if (chunked) return Fault::coding;
    chunked = equal_ignoring_case(name, "chunked");
    if (!chunked && !is_other_coding(name)) return Fault::coding;
    other = other || !chunked;
  }
  if (other) return Error::unsupported;
  return Fault::coding;
}

// One word that is not the name of a coding, and that cannot be read as "chunked". `identity` used to be one.
bool is_unknown_coding(std::string_view value) {
  if (!is_token(value) || is_other_coding(value) || equal_ignoring_case(value, "identity")) return false;
  constexpr std::string_view chunk = "chunk";
  for (std::size_t i = 0; i + chunk.size() <= value.size(); ++i) {
    if (equal_ignoring_case(value.substr(i, chunk.size()), chunk)) return false;
  }
  return true;
}

// RFC 9110, section 8.6: 1*DIGIT. Past 2^63 no length is honest, and sums below it are safe.
Result<Framing> length_framing(std::string_view value) {
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
  if (error != std::errc() || end != value.data() + value.size()) return Fault::length;
  if (length > std::numeric_limits<std::int64_t>::max()) return Fault::length;
  return Framing{Framing::Kind::length, length};
}

}  // namespace

void ControlFields::add_connection(std::string_view value) {
  for (std::string_view option = http::next_member(value); !option.empty();
       option = http::next_member(value)) {
    ++connection_options;
    close = close || equal_ignoring_case(option, "close");
    keep_alive = keep_alive || equal_ignoring_case(option, "keep-alive");
  }
}

void ControlFields::add_expect(std::string_view value) {
  for (std::string_view each = http::next_member(value); !each.empty(); each = http::next_member(value)) {
    expects_continue = expects_continue || equal_ignoring_case(each, "100-continue");
  }
}

bool ControlFields::persists(int version_minor) const {
  return !close && (version_minor == 1 || keep_alive);
}

Result<Framing> stated_framing(const ControlFields& control, const http::FieldList& fields,
                               int version_minor) {
  if (control.transfer_encodings != 0) {
    // RFC 9112, sections 6.1 and 6.3: with Content-Length beside it, or in HTTP/1.0, the framing cannot be
    // trusted.
    if (control.content_lengths != 0) return Fault::length_and_coding;
    if (version_minor == 0) return Fault::early_coding;
    if (control.transfer_encodings != 1) return Fault::several_codings;
    const std::string_view value = fields.at(control.transfer_encoding).value;
    if (!equal_ignoring_case(value, "chunked")) return refusal_of_coding(value);
    return Framing{Framing::Kind::chunked, 0};
  }
  if (control.content_lengths == 0) return Framing{};
  // RFC 9112, section 6.3, rule 5: the same length stated twice could be accepted; no honest client does
  // that.
  if (control.content_lengths != 1) return Fault::several_lengths;
  return length_framing(fields.at(control.content_length).value);
}

Result<Framing> stated_response_framing(const ControlFields& control, const http::FieldList& fields,
                                        int version_minor) {
  const bool may_be_unknown =
      control.transfer_encodings == 1 && control.content_lengths == 0 && version_minor == 1;
  if (may_be_unknown && is_unknown_coding(fields.at(control.transfer_encoding).value)) {
    return Framing{Framing::Kind::until_close, 0};
  }
  return stated_framing(control, fields, version_minor);
}

}  // namespace larder::http1
