#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace larder::http {

/// An entity tag (RFC 9110, section 8.8.3).
struct EntityTag {
  bool weak = false;
  std::string_view opaque;  ///< between the quotes
};

std::optional<EntityTag> parse_etag(std::string_view text);

/// Strong comparison: neither weak, same opaque part (RFC 9110, section 8.8.3.2).
bool strongly_equal(const EntityTag& a, const EntityTag& b);

/// Weak comparison: same opaque part (RFC 9110, section 8.8.3.2).
bool weakly_equal(const EntityTag& a, const EntityTag& b);

/// The entity tags of If-None-Match or If-Match (RFC 9110, sections 13.1.1 and 13.1.2); `any` for "*".
/// Nothing if the field is malformed.
struct EntityTagList {
  bool any = false;
  std::vector<EntityTag> tags;
};
std::optional<EntityTagList> parse_etag_list(std::string_view text);

}  // namespace larder::http
