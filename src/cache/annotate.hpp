#pragma once

#include "transaction.hpp"

#include <larder/pipeline/handler.hpp>
#include <larder/policy/freshness.hpp>
#include <larder/policy/purge.hpp>
#include <larder/policy/reason.hpp>

#include <optional>

namespace larder::cache {

/// What was done with a request, as X-Cache and Cache-Status tell it (RFC 9211).
struct Outcome {
  pipeline::CacheResult result = pipeline::CacheResult::none;
  policy::Reason why = policy::Reason::none;      ///< it was not served from cache
  policy::Reason refusal = policy::Reason::none;  ///< its response was not stored
  bool stored = false;
  bool collapsed = false;            ///< it waited for what another request fetched
  std::optional<Milliseconds> ttl;   ///< remaining freshness lifetime
  std::optional<int> origin_status;  ///< where it is not the response's own
};

/// Adds X-Cache and Cache-Status to a response.
void annotate(pipeline::Response& response, const Outcome& outcome);

/// A response that was made here, with X-Cache. It has a Cache-Status only if that says why, and without
/// `fwd`: that is about responses of the origin (RFC 9211, section 2).
pipeline::Response annotated(pipeline::Response response, const Outcome& outcome);

/// Adds X-Cache-Key, X-Cache-Tags and X-Cache-TTL, on routes that say `debug: true`.
void annotate_debug(pipeline::Response& response, const Transaction& transaction,
                    const std::optional<policy::TagsView>& tags, std::optional<Milliseconds> ttl);

}  // namespace larder::cache
