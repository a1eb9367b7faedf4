#pragma once

#include "transaction.hpp"

#include <larder/cache/settings.hpp>
#include <larder/policy/storing.hpp>
#include <larder/store/stored_response.hpp>

#include <memory>

namespace larder::cache {

/// What deciding about a response to `request` goes by, with content of `size` bytes as far as that is known;
/// all of it outlives the outcome.
policy::StoringInput storing_input(const Transaction& transaction, const http::RequestHead& request,
                                   const http::ResponseHead& response, std::uint64_t size);

/// A response about to be stored, complete but for its content. `head` holds the fields as clients get them.
std::shared_ptr<store::Draft> draft_of(const Transaction& transaction, const http::ResponseHead& head,
                                       const policy::Lifetimes& lifetimes);

/// The same for a part that answered the request's Range: it lies under a key of its own.
std::shared_ptr<store::Draft> part_draft_of(const Transaction& transaction, const http::ResponseHead& head,
                                            const policy::Lifetimes& lifetimes);

/// The same for what a stored part and a newer one make together, by its status a part or the whole: it is as
/// new as the older one.
std::shared_ptr<store::Draft> combined_draft_of(const Transaction& transaction,
                                                const http::ResponseHead& head,
                                                const policy::Lifetimes& lifetimes,
                                                const store::StoredResponse& older);

/// A stored response with other fields or lifetimes: its content, and so what it is as new as, stay.
std::shared_ptr<store::Draft> amended_draft_of(const Transaction& transaction, const http::ResponseHead& head,
                                               const policy::Lifetimes& lifetimes,
                                               const store::StoredResponsePtr& stored);

}  // namespace larder::cache
