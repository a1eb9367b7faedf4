#pragma once

#include "history.hpp"
#include "support/origin.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace larder::test::model {

/// One resource: `/push/c1/i2`.
struct Resource {
  std::string path;
  std::string collection;  ///< `/push/c1`
  std::string tag;         ///< shared with resources of other collections
  bool is_strict = false;
  bool states_lifetime = false;  ///< and may be served stale
  std::size_t padding = 0;       ///< bytes of JSON beside the version
  History history;
};

/// A versioned origin: every write gives a resource a new version, greater than any before. A read takes the
/// version on arrival, and its response may be slow, so that old ones come late.
class Site {
 public:
  static constexpr std::chrono::milliseconds lifetime{1'000};
  static constexpr std::chrono::milliseconds stale_window{1'000};

  Site();

  std::vector<std::unique_ptr<Resource>>& resources() { return resources_; }
  std::string url() const { return origin_.url(); }

  /// A change that passes no larder.
  Version change(Resource& resource) { return resource.history.change(++last_); }

 private:
  OriginResponse answer(const OriginRequest& request);

  std::vector<std::unique_ptr<Resource>> resources_;
  std::map<std::string, Resource*, std::less<>> by_path_;
  std::atomic<Version> last_{0};
  std::atomic<std::uint64_t> reads_{0};
  Origin origin_;
};

/// The version in an entity tag; 0 if there is none.
Version version_of(const std::string& etag);

}  // namespace larder::test::model
