#pragma once

#include <larder/http/message.hpp>
#include <larder/http/target.hpp>
#include <larder/policy/reason.hpp>
#include <larder/policy/route.hpp>

#include <string_view>

namespace larder::policy {

/// Why this request may neither be answered from cache nor its response stored; Reason::none where it may.
/// `has_content`: it is framed with a body of more than no bytes. A Cookie is not looked at here: an entry
/// that the origin itself made cacheable may answer it; decide_reuse() and decide_storing() refuse the
/// others.
Reason bypass_reason(const Route& route, const http::RequestHead& request, const http::Target& target,
                     bool has_content);

/// Whether the path could mean another path to the origin than to us: `%2f`, `%5c`, `%00`, `\`, dot segments
/// plain or encoded, and letters, digits or "-_~" encoded without need (cache deception, front-door.md; RFC
/// 3986, section 6.2.2).
bool is_ambiguous_path(std::string_view path);

}  // namespace larder::policy
