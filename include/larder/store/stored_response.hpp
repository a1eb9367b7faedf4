#pragma once

#include <larder/base/bytes.hpp>
#include <larder/http/field_list.hpp>
#include <larder/policy/freshness.hpp>
#include <larder/policy/purge.hpp>
#include <larder/store/packed_lifetimes.hpp>
#include <larder/store/position.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace larder::store {

/// A stored response in the making.
struct Draft {
  std::string primary_key;
  std::vector<std::string> vary;  ///< names of the selecting header fields, lower case, sorted
  /// policy::variant_key() of the request that fetched it: begins with primary_key. Empty means the same.
  std::string variant_key;
  int status = 200;
  http::FieldList fields;  ///< policy::storable_fields()
  Bytes content;
  policy::Lifetimes lifetimes;
  policy::Tags tags;
  Position born;               ///< the purge log's position when its fetch began
  bool softly_purged = false;  ///< a soft purge ended its lifetime; not in its record, which stays as it is
  std::uint64_t checked = 0;   ///< PurgeLog::sequence() up to which no purge names it
};

/// A stored response (RFC 9111, section 1.1) with all that deciding about its reuse needs, in one block of
/// memory, so that small ones cost little more than their bytes. Immutable, except for what is atomic.
///
///   StoredResponse | larger content's Bytes | field lines | keys | tags | Vary | smaller content
class StoredResponse final {
  class Layout;

 public:
  /// Content of up to that many bytes is copied into the block; what is larger is shared with the draft.
  static constexpr std::size_t most_inside = 8 * 1024;

  static std::shared_ptr<const StoredResponse> from(const Draft& draft);

  /// For from() alone: there must be room behind it.
  StoredResponse(const Layout& layout, const Draft& draft);
  ~StoredResponse();
  StoredResponse(const StoredResponse&) = delete;
  StoredResponse& operator=(const StoredResponse&) = delete;

  std::string_view primary_key() const { return part(Part::primary_key); }
  std::string_view variant_key() const;
  /// The key that it is stored under: for a variant not its primary key.
  std::string_view own_key() const { return has_vary() ? variant_key() : primary_key(); }

  bool has_vary() const { return !part(Part::vary).empty(); }
  std::vector<std::string_view> vary() const { return texts(Part::vary); }

  /// Whether it lies under that primary key and has exactly those names in its Vary.
  bool is_variant(std::string_view primary_key, const std::vector<std::string>& names) const;

  /// As they go on the wire: FieldList::wire().
  std::string_view field_lines() const { return part(Part::field_lines); }

  /// The same to be asked about, made again by each call.
  http::FieldList fields() const { return http::FieldList::of_wire(field_lines()); }

  std::string_view content() const;

  policy::TagsView tags() const;

  /// What it costs to keep, in bytes, with what the allocator adds.
  std::size_t weight() const;

  const PackedLifetimes lifetimes;
  const Position born;  ///< as in Draft

  /// PurgeLog::sequence() up to which no purge names it; moves forward only.
  mutable std::atomic<std::uint64_t> checked;

 private:
  /// What lies behind it, in this order, each part up to its end.
  enum class Part : std::uint8_t { field_lines, primary_key, variant, site, path, tags, vary, content };
  using Ends = std::array<std::uint32_t, 8>;

  const char* room() const { return reinterpret_cast<const char*>(this + 1); }
  const Bytes& outside() const { return *reinterpret_cast<const Bytes*>(room()); }
  std::string_view between(Part first, Part last) const;
  std::string_view part(Part part) const { return between(part, part); }
  std::vector<std::string_view> texts(Part part) const;
  friend Bytes content_of(const std::shared_ptr<const StoredResponse>& response);

  const Ends ends_;

 public:
  const std::uint16_t status;
  const bool softly_purged;  ///< as in Draft
  const bool can_validate;   ///< policy::can_be_validated()

 private:
  const bool is_outside_;     // its content
  const bool has_own_place_;  // site and path are not those that its primary key shows
};

using StoredResponsePtr = std::shared_ptr<const StoredResponse>;

/// Its content, which keeps alive what it lies in.
Bytes content_of(const StoredResponsePtr& response);

/// Its field lines, which keep it alive.
Bytes field_lines_of(const StoredResponsePtr& response);

/// A draft of the same, to be changed.
Draft copy_of(const StoredResponsePtr& response);

}  // namespace larder::store
