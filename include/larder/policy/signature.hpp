#pragma once

#include <larder/http/message.hpp>

#include <string_view>

namespace larder::policy {

struct Route;

/// Whether a request carries a signature over some of its fields or its target, in Authorization (AWS,
/// Google, Azure, ...), Signature-Input (RFC 9421) or its query (X-Amz-Signature and kin).
bool is_signed(const http::RequestHead& request);

/// What a fetch for others sends instead.
struct SharedForm {
  std::string_view target;  ///< in origin-form
  bool changes_host = false;
};

/// Whether a signed request must go to the origin as it is, or that answers 403: a fetch for others would
/// alter what is signed, which is its conditions, Range, Accept-Encoding, host or target. A signature in the
/// query says by its SignedHeaders which fields it covers, and it covers nothing if the route's `query`
/// leaves it out on purpose.
bool is_signed_as_written(const http::RequestHead& request, const SharedForm& shared);

/// Whether a signature covers a field, by the list of them that it comes with.
bool is_signed_over(const http::RequestHead& request, std::string_view name);

/// Whether it covers the cookies, some of which a fetch for others leaves behind.
bool is_signed_over_cookies(const Route& route, const http::RequestHead& request);

}  // namespace larder::policy
