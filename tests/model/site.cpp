#include "site.hpp"

#include <charconv>
#include <thread>

namespace larder::test::model {
namespace {

constexpr int collections = 4;
constexpr int items = 4;
constexpr std::size_t large = 6'000;  // compressed in Redis

std::unique_ptr<Resource> make(bool is_strict, int collection, int item) {
  auto resource = std::make_unique<Resource>();
  resource->collection = std::string(is_strict ? "/strict" : "/push") + "/c" + std::to_string(collection);
  resource->path = resource->collection + "/i" + std::to_string(item);
  resource->tag = std::string(is_strict ? "strict" : "push") + "-" + std::to_string(item);
  resource->is_strict = is_strict;
  resource->states_lifetime = (collection + item) % 2 == 0;
  resource->padding = item == 0 ? large : 0;
  return resource;
}

}  // namespace

Version version_of(const std::string& etag) {
  Version version = 0;
  if (etag.size() > 2) std::from_chars(etag.data() + 1, etag.data() + etag.size() - 1, version);
  return version;
}

Site::Site() : origin_([this](const OriginRequest& request) { return answer(request); }) {
  origin_.keep_no_requests();
  for (const bool is_strict : {false, true}) {
    for (int collection = 0; collection < collections; ++collection) {
      for (int item = 0; item < items; ++item) {
        resources_.push_back(make(is_strict, collection, item));
        by_path_.emplace(resources_.back()->path, resources_.back().get());
        change(*resources_.back());
      }
    }
  }
}

OriginResponse Site::answer(const OriginRequest& request) {
  const auto found = by_path_.find(request.target);
  if (found == by_path_.end()) return status(404);
  Resource& resource = *found->second;
  if (request.method != "GET") {
    const Version written = change(resource);
    return text("written").with("ETag", '"' + std::to_string(written) + '"');
  }
  const std::string tag = '"' + std::to_string(resource.history.current()) + '"';
  OriginResponse response = request.fields.get("If-None-Match") == tag
                                ? status(304)
                                : text("{\"pad\": \"" + std::string(resource.padding, 'x') + "\"}");
  response.with("ETag", tag).with("Surrogate-Key", resource.tag).with("Content-Type", "application/json");
  if (resource.states_lifetime) response.with("Cache-Control", "max-age=1, stale-while-revalidate=1");
  const std::uint64_t nth = ++reads_;
  if (nth % 16 == 0) response.delay = std::chrono::milliseconds(nth / 16 % 8);
  return response;
}

}  // namespace larder::test::model
