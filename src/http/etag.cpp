#include <larder/base/text.hpp>
#include <larder/http/etag.hpp>

#include <algorithm>

namespace larder::http {
namespace {

// etagc (RFC 9110, section 8.8.3): visible ASCII except the quote, and bytes from 0x80 on.
bool is_opaque_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte != '"' && byte != 0x7F;
}

// Takes an entity tag off the front of `text`.
std::optional<EntityTag> take_etag(std::string_view& text) {
  EntityTag tag;
  // RFC 9110, section 8.8.3: "W/" is case-sensitive.
  if (text.starts_with("W/")) {
    tag.weak = true;
    text.remove_prefix(2);
  }
  if (!text.starts_with('"')) return std::nullopt;
  const std::size_t end = text.find('"', 1);
  if (end == std::string_view::npos) return std::nullopt;
  tag.opaque = text.substr(1, end - 1);
  if (!std::all_of(tag.opaque.begin(), tag.opaque.end(), is_opaque_byte)) return std::nullopt;
  text.remove_prefix(end + 1);
  return tag;
}

}  // namespace

std::optional<EntityTag> parse_etag(std::string_view text) {
  text = trim(text);
  const std::optional<EntityTag> tag = take_etag(text);
  return text.empty() ? tag : std::nullopt;
}

bool strongly_equal(const EntityTag& a, const EntityTag& b) {
  return !a.weak && !b.weak && a.opaque == b.opaque;
}

bool weakly_equal(const EntityTag& a, const EntityTag& b) {
  return a.opaque == b.opaque;
}

std::optional<EntityTagList> parse_etag_list(std::string_view text) {
  text = trim(text);
  EntityTagList list;
  if (text == "*") {
    list.any = true;
    return list;
  }
  // Not split_list(): a backslash escapes nothing inside an entity tag.
  while (!text.empty()) {
    if (text.front() != ',') {
      const std::optional<EntityTag> tag = take_etag(text);
      if (!tag) return std::nullopt;
      list.tags.push_back(*tag);
      text = trim(text);
      if (!text.empty() && text.front() != ',') return std::nullopt;
    }
    if (!text.empty()) text = trim(text.substr(1));
  }
  if (list.tags.empty()) return std::nullopt;
  return list;
}

}  // namespace larder::http
