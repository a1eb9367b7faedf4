#pragma once

#include <larder/base/clock.hpp>
#include <larder/http/field_list.hpp>

#include <optional>

namespace larder::origin {

/// How long an unused connection may be used again, from the end of its last response on.
struct KeptFor {
  Milliseconds repeatable{0};  ///< by a request that may be sent once more if the connection turns out ended
  Milliseconds once{0};        ///< by any other
  bool operator==(const KeptFor&) const = default;
};

/// What a response's `Keep-Alive: timeout=N` promises (RFC 2068, section 19.7.1.1): the server ends the
/// connection after N seconds. Nothing if it does not say.
std::optional<Seconds> stated_keep_alive(const http::FieldList& response_fields);

/// `ours`: how long an unused connection is kept at most.
KeptFor kept_for(Milliseconds ours, std::optional<Seconds> stated);

}  // namespace larder::origin
