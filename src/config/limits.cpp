#include "kinds.hpp"
#include "sections.hpp"

#include <algorithm>

namespace larder::config {
namespace {

using Head = Limits::Head;
using Content = Limits::Content;

constexpr std::uint64_t mebibyte = 1ull << 20;
constexpr std::uint64_t no_bound = ~0ull;

Table<Head> head_keys() {
  return {{
      key("size", &Head::size, BoundedSize{1ull << 10, mebibyte, "from 1KiB to 1MiB"},
          "Bytes of the start line and all field lines of a request; past it 431."),
      key("fields", &Head::fields, Number<std::uint64_t>{1, 10'000},
          "Field lines of a request; past it 431."),
      key("time", &Head::time, a_positive_duration,
          "From the first byte of a request to the end of its head, and for the first byte of a new "
          "connection; past it 408."),
  }};
}

Table<Content> content_keys() {
  return {{
      key("size", &Content::size, a_size, "Bytes of a request's content; past it 413. 0: no limit."),
      key("slowest", &Content::slowest, Number<std::uint64_t>{0},
          "Bytes a second on average, either way. 0: no limit."),
  }};
}

}  // namespace

Table<Limits> limits_keys() {
  return {{
      key("connections", &Limits::connections, AutoOr<Number<std::uint64_t>>{{1}},
          "Of all clients; past it the one that has been idle longest ends. auto: as many as the descriptor "
          "limit allows."),
      key("connections_per_address", &Limits::connections_per_address, Number<std::uint64_t>{0},
          "Of one IPv4 address or IPv6 /64, which a PROXY header names or which connects. Those of "
          "trusted_proxies are not counted: their X-Forwarded-For comes too late. 0: no limit."),
      key("head", &Limits::head, Section<Head>{head_keys(), true}, "Of a request's head."),
      key("content", &Limits::content, Section<Content>{content_keys(), true},
          "Of requests' and responses' content."),
      key("idle", &Limits::idle, a_positive_duration, "Between two requests, and for pauses amid content."),
      key("buffered", &Limits::buffered, AutoOr<BoundedSize>{{mebibyte, no_bound, "auto or at least 1MiB"}},
          "Contents held for clients beside store.memory; past it nothing streamed is stored. auto: a "
          "quarter "
          "of store.memory, 64MiB at least."),
  }};
}

std::uint64_t buffered_limit(const Config& config) {
  constexpr std::uint64_t least_auto = 64ull << 20;
  const std::uint64_t memory = config.store.memory;
  const std::uint64_t buffered = config.limits.buffered;
  return memory + (buffered != 0 ? buffered : std::max(memory / 4, least_auto));
}

}  // namespace larder::config
