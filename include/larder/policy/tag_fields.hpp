#pragma once

#include <larder/http/field_list.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace larder::policy {

/// The response fields whose values are tags, besides Cache-Groups. Immutable.
class TagFields {
 public:
  explicit TagFields(std::vector<std::string> names) : names_(std::move(names)) {}

  /// Surrogate-Key, Cache-Tag, Cache-Tags and xkey.
  static const std::vector<std::string>& documented_names();
  static std::shared_ptr<const TagFields> documented();

  /// Calls `visit` for what stands in these fields, empty or with space around it too. Surrogate-Key and xkey
  /// are split at spaces, Cache-Tag at commas, all others, of which both forms are seen, at either.
  void for_each(const http::FieldList& response_fields,
                const std::function<void(std::string_view)>& visit) const;

 private:
  bool contains(std::string_view name) const;

  std::vector<std::string> names_;
};

}  // namespace larder::policy
