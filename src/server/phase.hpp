#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace larder::server {

/// Where a client connection is.
///
///   phase            | drain() does | at the bound of connections | may be followed by
///   fresh            | close        | may have to go              | itself, head, answering
///   head             | nothing      | may have to go              | itself, answering
///   answering        | nothing      | stays                       | itself, head, between_requests
///   between_requests | close        | may have to go              | itself, head, answering
enum class Phase : std::uint8_t {
  fresh,             ///< no byte so far
  head,              ///< part of a request's head has come
  answering,         ///< a request is being answered, or refused
  between_requests,  ///< the last one was answered, and no byte of another has come
};

/// Whether a connection may go from one phase to the other.
constexpr bool may_follow(Phase from, Phase to) {
  constexpr std::array<std::array<bool, 4>, 4> table{{
      {true, true, true, false},
      {false, true, true, false},
      {false, true, true, true},
      {false, true, true, true},
  }};
  return table[static_cast<std::size_t>(from)][static_cast<std::size_t>(to)];
}

/// The phase of one that is about to read a request: `has_bytes` of a head have come that is not whole.
constexpr Phase phase_to_read(Phase phase, bool has_bytes) {
  if (has_bytes) return Phase::head;
  return phase == Phase::fresh ? Phase::fresh : Phase::between_requests;
}

/// Whether the client has asked for nothing: the connection may end without an answer.
constexpr bool is_idle(Phase phase) {
  return phase == Phase::fresh || phase == Phase::between_requests;
}

}  // namespace larder::server
