#pragma once

#include "value.hpp"

#include <larder/policy/route.hpp>

#include <optional>
#include <string>
#include <vector>

namespace larder::config {

/// A duration, or a map of durations by status.
std::optional<policy::TtlRule> read_ttl(const Value& value);

/// `0%` to `50%`.
std::optional<unsigned> read_jitter(const Value& value);

/// `auto`, or a switch.
std::optional<policy::RefreshAhead> read_refresh_ahead(const Value& value);

/// `{ignore: [...]}` or `{only: [...]}`, with `sorted` and `forward`.
std::optional<policy::QueryRule> read_query(const Value& value);

/// `refuse`, `ignore`, a list of cookies for the key, or a map of `key` and `ignore`.
std::optional<policy::CookieRule> read_cookies(const Value& value);

/// A list of templates whose `{names}` are all among `captures`; where the pattern itself is broken (nullptr)
/// names are not looked at.
std::optional<std::vector<std::string>> read_tags(const Value& value,
                                                  const std::vector<std::string>* captures);

/// `resource`, `none`, or a map of urls and tags, whose templates are as those of read_tags().
std::optional<policy::PurgeRule> read_purge(const Value& value, const std::vector<std::string>* captures);

/// A list of request field names.
std::optional<std::vector<std::string>> read_headers(const Value& value);

/// A list of methods, not empty.
std::optional<std::vector<std::string>> read_methods(const Value& value);

}  // namespace larder::config
