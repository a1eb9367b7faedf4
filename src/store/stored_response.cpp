#include <larder/store/stored_response.hpp>

namespace larder::store {
namespace {

/// What allocators, list nodes, table slots and ghosts cost beside the bytes themselves.
constexpr std::size_t overhead = 384;
constexpr std::size_t text_overhead = 48;
constexpr std::size_t line_overhead = 16;

std::size_t weight_of(const std::vector<std::string>& texts) {
  std::size_t weight = 0;
  for (const std::string& text : texts) weight += text.size() + text_overhead;
  return weight;
}

}  // namespace

std::size_t StoredResponse::weight() const {
  std::size_t weight = overhead + sizeof(StoredResponse);
  weight += primary_key.size() + variant_key.size() + tags.site.size() + tags.path.size();
  weight += weight_of(vary) + weight_of(tags.names);
  if (fields) weight += fields->wire().size() + fields->size() * line_overhead;
  return weight + body.size();
}

std::shared_ptr<StoredResponse> copy_of(const StoredResponse& response) {
  auto copy = std::make_shared<StoredResponse>();
  copy->primary_key = response.primary_key;
  copy->vary = response.vary;
  copy->variant_key = response.variant_key;
  copy->status = response.status;
  copy->fields = response.fields;
  copy->body = response.body;
  copy->lifetimes = response.lifetimes;
  copy->tags = response.tags;
  copy->born = response.born;
  copy->softly_purged = response.softly_purged;
  copy->checked = response.checked.load();
  copy->origin_hangs = response.origin_hangs.load();
  return copy;
}

}  // namespace larder::store
