#pragma once

#include <larder/base/clock.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace larder::http {

/// Our member of the Cache-Status list (RFC 9211, section 2).
struct CacheStatus {
  bool hit = false;
  std::string_view
      fwd;  ///< bypass, method, uri-miss, vary-miss, miss, request, stale, partial; empty on a hit
  std::optional<int> fwd_status;  ///< given if it differs from the response's own
  std::optional<Seconds> ttl;     ///< remaining freshness lifetime, negative when stale
  bool stored = false;
  bool collapsed = false;
  std::string_view detail;  ///< a token of ours that says why
};

/// `larder; hit; ttl=42` as one list member (an RFC 8941 item with parameters).
std::string format_cache_status(const CacheStatus& status);

/// The same, appended.
void append_cache_status(std::string& out, const CacheStatus& status);

}  // namespace larder::http
