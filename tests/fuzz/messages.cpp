#include "messages.hpp"

#include "fuzz.hpp"

#include <larder/base/text.hpp>

#include <algorithm>

namespace larder::fuzz {
namespace {

bool is_odd(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= 0x20 || byte >= 0x7F;
}

std::string_view without_odd_ends(std::string_view text) {
  while (!text.empty() && is_odd(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_odd(text.back())) text.remove_suffix(1);
  return text;
}

struct Decoded {
  std::string content;
  std::size_t consumed = 0;
  bool done = false;
  bool failed = false;
  bool operator==(const Decoded&) const = default;
};

/// Calls the decoder as its users do: until it consumes nothing, then with more bytes.
void decode_into(Decoded& out, http1::BodyDecoder& decoder, std::string_view bytes) {
  for (;;) {
    const Result<http1::BodyDecoder::Step> step = decoder.decode(bytes);
    if (!step) {
      out.failed = true;
      return;
    }
    require(step->consumed <= bytes.size(), "no more is consumed than there is");
    require(step->content.size() <= step->consumed, "content is consumed");
    require(step->content.empty() ||
                (step->content.data() >= bytes.data() &&
                 step->content.data() + step->content.size() <= bytes.data() + step->consumed),
            "content is a part of the input");
    if (step->consumed == 0) return;
    out.content += step->content;
    out.consumed += step->consumed;
    bytes.remove_prefix(step->consumed);
  }
}

Decoded decode(const http1::Framing& framing, std::string_view bytes, std::size_t piece) {
  http1::BodyDecoder decoder(framing);
  Decoded out;
  while (!bytes.empty() && !out.failed && !decoder.done()) {
    const std::string_view part = bytes.substr(0, piece);
    decode_into(out, decoder, part);
    bytes.remove_prefix(part.size());
  }
  out.done = decoder.done();
  // How much of a malformed body was read depends on the pieces.
  if (out.failed) out.consumed = 0;
  return out;
}

}  // namespace

http1::HeadLimits limits_by(unsigned choice) {
  if (choice % 4 != 0) return {};
  return {.head = 128, .target = 32, .fields = 4};
}

std::size_t careless_count(std::string_view head, std::string_view name) {
  std::size_t count = 0;
  while (!head.empty()) {
    const std::size_t end = std::min(head.find_first_of("\r\n"), head.size());
    const std::string_view line = head.substr(0, end);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && equal_ignoring_case(without_odd_ends(line.substr(0, colon)), name))
      ++count;
    head.remove_prefix(std::min(end + 1, head.size()));
  }
  return count;
}

void require_same_framing_fields(std::string_view head, const http::FieldList& fields) {
  for (const char* name : {"Content-Length", "Transfer-Encoding", "Host"}) {
    require(careless_count(head, name) == fields.count(name),
            "a careless reader sees the same framing fields");
  }
}

std::optional<std::size_t> size_of_content(const http1::Framing& framing, std::string_view bytes,
                                           std::size_t piece) {
  const Decoded whole = decode(framing, bytes, std::string_view::npos);
  const Decoded pieces = decode(framing, bytes, std::max(piece, std::size_t{1}));
  require(whole == pieces, "content does not depend on how its bytes come");
  if (!whole.done) return std::nullopt;
  return whole.consumed;
}

http::FieldList without_framing(http::FieldList fields) {
  fields.remove("Content-Length");
  fields.remove("Transfer-Encoding");
  return fields;
}

bool same_framing(const http1::Framing& a, const http1::Framing& b) {
  return a.kind == b.kind && a.length == b.length;
}

}  // namespace larder::fuzz
