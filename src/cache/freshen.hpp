#pragma once

#include "context.hpp"

#include <larder/pipeline/handler.hpp>
#include <larder/store/stored_response.hpp>

namespace larder::cache {

// What an answer without content says about a stored response: 304 to our conditions, 200 to HEAD.

/// 304 to our own conditions: the stored response holds on, with what the 304 says of it (RFC 9111,
/// section 4.3.4). Of a variant that the request does not select it makes a response of its own, for requests
/// like this one; the variant itself is not updated.
Task<pipeline::Response> take_not_modified(const Context& context, Transaction& transaction,
                                           pipeline::Response response, store::StoredResponsePtr validated);

/// A 200 to HEAD: what it says of the stored response is put there, and if it is about other content the
/// stored response is stale (RFC 9111, section 4.3.5). The content is as old as it was: purges count from
/// then.
Task<> take_head(const Context& context, const Transaction& transaction, const http::ResponseHead& head);

/// A full answer that is not stored, and is not an error that may pass: what is stored no longer holds (RFC
/// 9111, section 4.3.3), and does not come back as stale. Nothing else is known of it, so it may be
/// validated.
Task<> retire_stored(const Context& context, const Transaction& transaction, int status);

}  // namespace larder::cache
